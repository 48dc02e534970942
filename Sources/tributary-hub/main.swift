import HubService
print(warm())
