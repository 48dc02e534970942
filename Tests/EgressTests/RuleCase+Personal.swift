extension RuleCase {
    static let personal: [RuleCase] = [
        RuleCase(
            "email",
            [
                "ask rosa.lind@kolibri.net", "<b.meyer+x@mail.uni-kassel.de>", "https://ann@build.kolibri.io/x",
                "mail\nivo@kolibri.net",
            ],
            not: [
                "user@example.com", "you@yourdomain.com", "git@github.com:a/b.git", "@pytest.mark", "logo@2x.png",
                "npm i a@1.2.3",
                "getty@tty1.service", "email@gmail.com", "a @ b.net", "{{user}}@{{host}}", "name@host", "x@.net",
            ]
        ),
        RuleCase(
            "home-path",
            [
                "/home/rlind/src", "file:///home/rlind/x", "cd /Users/rosa.lind/work", "C:\\Users\\Rosa\\x",
                "C:\\\\Users\\\\Rosa\\\\x",
                "/mnt/c/Users/rosa/x", "PATH=/usr/bin:/home/rlind/bin", "/var/home/rlind", "/home/jürgen/x",
                "'/home/rlind'",
            ],
            not: [
                "/home/user/x", "/home/$USER/x", "/home/<user>/x", "/home/{user}/x", "/home/ubuntu", "/Users/Shared/x",
                "/home/",
                "https://fossil-scm.org/home/help", "/homes/rlind", "/home/USERNAME/x", "/home/.ssh",
                "/Users/runner/work",
            ]
        ),
        RuleCase(
            "ipv4",
            [
                "connect 93.184.216.34", "http://51.15.9.77:80/", "ssh root@203.0.114.9", "host=185.3.4.200",
                "51.15.9.77/32",
            ],
            not: [
                "192.168.1.1", "10.2.3.4", "127.0.0.1", "8.8.8.8", "1.2.3.4", "version 51.15.9.77", "v51.15.9.77",
                "203.0.113.9",
                "pkg==51.15.9.77", "1.3.6.1.4.1.311", "2.1.1.6", "999.15.9.77", "51.15.9.077", "172.20.1.1",
                "255.255.255.0",
            ]
        ),
        RuleCase(
            "ipv6",
            [
                "2a01:4f8:c2c:7b1f::1", "[2600:1f18:22e4:7b01:ab12:34cd:56ef:7890]:443",
                "at 2003:e1:bf00:1a00:21d:7dff:fe12:3456.",
            ],
            not: [
                "2001:db8::1", "::1", "fe80::1", "fd00:12:34::1", "2606:4700:4700::1111", "20:10:05", "2a01:4f8::g",
                "std::vector",
            ]
        ),
        RuleCase(
            "mac",
            ["ether 3c:22:fb:9a:41:d7", "3C-22-FB-9A-41-D7", "hw=a4:83:e7:12:9b:0c,"],
            not: [
                "ff:ff:ff:ff:ff:ff", "00:11:22:33:44:55", "01:02:03:04:05:06", "33:33:00:00:00:02", "52:54:00:12:34:56",
                "{h2}:{h2}", "3c:22:fb:9a:41:d7:11:22", "3c:22:fb:9a:41", "aa:bb:cc:dd:ee:ff",
            ]
        ),
        RuleCase(
            "phone",
            [
                "call +49 151 23988761", "+14155209871", "tel:+44 20 7183 8750", "+33 6 12 93 48 57",
                "(+41) is not it, +41 79 812 34 90 is",
            ],
            not: [
                "+1234567890", "+1-555-555-0100", "+1 415 555 0132", "1+4915123988761", "UTC+0200", "+12 files",
                "+447700900123", "a+2 3 4 5 6 7 8 9 1 2",
            ]
        ),
        RuleCase(
            "payment-card",
            [
                "4539 1488 0343 6467", "paid with 5425233430109903",
                "3714-496353-98431x 6011 0009 9013 9424 3782 822463 10013",
            ],
            not: [
                "4111111111111111", "4539 1488 0343 6468", "1779142080000000", "4539148803436467123",
                "id: 4539148803436467", "userId=4539148803436467", "order 5425233430109903", "0.4539148803436467",
            ]
        ),
        RuleCase(
            "iban",
            ["DE44500105175407324931", "pay NL20INGB0001234567 now", "GB33 BUKB 2020 1555 5555 55"],
            not: [
                "DE89370400440532013000", "DE44500105175407324932", "XX44500105175407324931", "DE445001051754073249",
                "ABCDE44500105175407324931",
            ]
        ),
        RuleCase(
            "aws-account",
            ["arn:aws:iam::640518273915:role/x", "arn:aws:s3:eu-west-1:640518273915:b"],
            not: ["arn:aws:iam::123456789012:role/x", "arn:aws:iam::aws:policy/x", "arn:aws:s3:::bucket"]
        ),
    ]
}
