print("spoke")
