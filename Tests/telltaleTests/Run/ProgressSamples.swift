/// What real programs print, cut short: curl 7.88, GNU Wget 1.21, rsync 3.4, ninja 1.11, make, tqdm 4.70, pytest 9,
/// pip 23, apt 2.6, git 2.39, xz 5.4, GNU dd 9.1, cargo 1.9x, ffmpeg 5.
enum ProgressSamples {
    static let curlHeading = """
          % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current
                                         Dload  Upload   Total   Spent    Left  Speed

        """
    static let curl =
        curlHeading
        + "\r  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0"
        + "\r 23 2929k   23  685k    0     0   667k      0  0:00:04  0:00:01  0:00:03  667k"
        + "\r 70 2929k   70 2055k    0     0   684k      0  0:00:04  0:00:03  0:00:01  684k"
        + "\r100 2929k  100 2929k    0     0   690k      0  0:00:04  0:00:04 --:--:--  690k\n"
    /// The length is not known: curl shows 100 from the start.
    static let curlWithoutLength =
        curlHeading
        + "\r100   512    0   512    0     0    480      0 --:--:--  0:00:01 --:--:--   480"
        + "\r100  1024    0  1024    0     0    501      0 --:--:--  0:00:02 --:--:--   501\n"
    static let curlBar =
        "\r###########                                                      15.3%"
        + "\r######################################                           54.0%"
        + "\r################################################################ 100.0%\n"
    static let wgetDots = """
        --2026-11-23 14:06:38--  http://127.0.0.1:18099/f.bin
        Length: 3000000 (2.9M) [application/octet-stream]

             0K .......... .......... .......... .......... ..........  1%  251M 0s
            50K .......... .......... .......... .......... ..........  3%  202M 0s
          1650K .......... .......... .......... .......... .......... 58%  164M 1s

        """
    static let wgetBar =
        "\rf.bin                  0%[                    ]       0  --.-KB/s               "
        + "\rf.bin                 41%[=======>            ]   1.19M  1.46MB/s               "
        + "\rf.bin                 93%[=================>  ]   2.68M  1.46MB/s               "
        + "\rf.bin                100%[===================>]   2.86M  1.57MB/s    in 1.8s    \n"
    static let rsync =
        "sending incremental file list\nf4\n"
        + "\r         32,768  10%   36.41kB/s    0:00:07  \r        163,840  54%  159.05kB/s    0:00:00  "
        + "\r        300,000 100%  258.35kB/s    0:00:01 (xfr#4, to-chk=1/6)\n"
    static let rsyncWhole =
        "\r         32,768   2%    0.00kB/s    0:00:00  "
        + "\r      1,063,840  70% 1006.91kB/s    0:00:00  "
        + "\r      1,200,000  80% 1011.42kB/s    0:00:01 (xfr#4, to-chk=1/6)"
        + "\r      1,500,000 100%    1.03MB/s    0:00:01 (xfr#5, to-chk=0/6)\n"
    static let ninja = "ninja: Entering directory `nj'\n[1/345] echo  > o1\n[12/345] cc -O2 50% 7/8 a.c\n"
    static let make = """
        [  2%] Building C object CMakeFiles/a.dir/x.c.o
        [ 47%] Building C object CMakeFiles/a.dir/y.c.o
        [100%] Linking C executable a

        """
    static let tqdm =
        "\r  0%|          | 0/40 [00:00<?, ?it/s]\r  5%|▌         | 2/40 [00:00<00:01, 19.95it/s]"
        + "\r 55%|█████▌    | 22/40 [00:01<00:00, 19.66it/s]\r100%|██████████| 40/40 [00:02<00:00, 19.81it/s]\n"
    static let pytest = """
        platform linux -- Python 3.11.7, pytest-9.2.0, pluggy-1.7.0
        collected 201 items

        pt/test_a.py ........................................................... [ 29%]
        ........................................................................ [ 65%]
        ============================= 201 passed in 0.19s ==============================

        """
    /// Installs to a pipe: each download is shown when it is over.
    static let pip = """
        Collecting tqdm>=4.1/4.2
          Downloading tqdm-4.70.1-py3-none-any.whl (80 kB)
             ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 80.2/80.2 kB 62.4 MB/s eta 0:00:00
        Collecting rich
          Downloading rich-15.0.0-py3-none-any.whl (310 kB)
             ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 310.7/310.7 kB 105.8 MB/s eta 0:00:00

        """
    static let pipInTerminal =
        "\r\u{1B}[2K     \u{1B}[38;5;237m━━━━━━━━━━━━━━━━━━━━\u{1B}[0m \u{1B}[32m0.0/40.0 MB\u{1B}[0m"
        + " \u{1B}[31m?\u{1B}[0m eta \u{1B}[36m-:--:--\u{1B}[0m"
        + "\r\u{1B}[2K     \u{1B}[91m━━━━━━\u{1B}[0m╸\u{1B}[38;5;237m━━━━\u{1B}[0m \u{1B}[32m12.5/40.0 MB\u{1B}[0m"
        + " \u{1B}[31m5.0 MB/s\u{1B}[0m eta \u{1B}[36m0:00:06\u{1B}[0m"
    static let aptDownload =
        "\r0% [Working]\r            \rGet:1 http://deb.debian.org/debian bookworm InRelease [151 kB]\r\n"
        + "\r12% [3 linux-image-6.1 1,234 kB/5,678 kB 45%]\r                 \r34% [4 foo 5 kB/9 kB 55%]  1,234 kB/s 10s"
    static let aptInstall =
        "(Reading database ... \r(Reading database ... 5%\r(Reading database ... 95%"
        + "\r(Reading database ... 100%\r(Reading database ... 64321 files and directories currently installed.)\r\n"
        + "Need to get 1,234 kB/5,678 kB of archives.\r\nPreparing to unpack .../3/4/foo_1.2-3_amd64.deb ...\r\n"
    static let git =
        "Cloning into 'x'...\nremote: Counting objects:  12% (120/1000)\u{1B}[K"
        + "\rremote: Counting objects: 100% (1000/1000), done.\u{1B}[K\n"
        + "Receiving objects:   7% (70/1000)\rReceiving objects:  45% (450/1000), 1.20 MiB | 300.00 KiB/s\r"
    static let xz =
        "\r  --- %           2.5 MiB / 2.5 MiB = 0.979                   0:01             \r"
        + "\r  33.1 %     2929.9 KiB / 2929.7 KiB = 1.000                   0:01             \r"
    static let dd =
        "\r33107738624 bytes (33 GB, 31 GiB) copied, 1 s, 33.1 GB/s"
        + "\r101386813440 bytes (101 GB, 94 GiB) copied, 3 s, 33.8 GB/s\n100000+0 records in\n100000+0 records out\n"
    static let cargo =
        "   Compiling foo v1.2.3 (/home/x/1/2)\n"
        + "\u{1B}[1m\u{1B}[36m    Building\u{1B}[0m [=======>                 ] 12/345: foo, bar(build)\r"
        + "\u{1B}[K\u{1B}[1m\u{1B}[36m    Building\u{1B}[0m [==========>              ] 133/345: baz\r"
    static let ffmpeg =
        "  Duration: 00:01:40.00, start: 0.000000, bitrate: 1205 kb/s\n"
        + "  Stream #0:0(und): Video: h264 (High) (avc1 / 0x31637661), yuv420p, 1280x720 [SAR 1:1 DAR 16:9], 25 fps\n"
        + "frame=  123 fps=0.0 q=-1.0 size=     256kB time=00:00:10.00 bitrate= 209.7kbits/s speed=20.1x    \r"
        + "frame=  250 fps= 50 q=28.0 size=     512kB time=00:00:20.00 bitrate= 209.7kbits/s speed=20.1x    \r"
    static let sevenZip =
        "  0%\u{8}\u{8}\u{8}\u{8}    \u{8}\u{8}\u{8}\u{8} 12% 3 + a.txt\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8} 40%\u{8}\u{8}\u{8}\u{8}"
}
