"""The command line: exit codes, usage errors, messages."""
import os
import re

from tap import PCAPS, ROOTS, judge, main, onpath, pcap, scratch, test


@test
def help_and_version():
    """--help and --version print to stdout and succeed"""
    shown = onpath("--help")
    assert shown.code == 0 and b"--roots" in shown.out and shown.err == "", shown
    version = onpath("--version")
    assert version.code == 0 and re.match(rb"onpath \d+\.\d+", version.out), version


@test
def nothing_to_do():
    """no input, unknown option, missing argument: exit code 2, a message, nothing on stdout"""
    for args in ([], ["--no-such-option"], ["-r"], ["-o"], ["-r", pcap("direct.pcap"), "-o", "nonsense"],
                 ["-i", "lo", "-r", pcap("direct.pcap")]):
        run = onpath(*args)
        assert run.code == 2 and run.err.strip() and not run.out, (args, run)


@test
def missing_file():
    """a file that is not there: exit code 1, and the message names it"""
    run = onpath("-r", "no-such-file.pcap", "-o", "json")
    assert run.code == 1 and "no-such-file.pcap" in run.err and "No such file" in run.err, run


@test
def missing_among_others():
    """one missing file does not keep the others from being judged"""
    run = onpath("--roots", ROOTS, "-o", "json", "-r", pcap("direct.pcap"), "-r", "no-such-file.pcap")
    assert run.code == 1 and run.verdicts() in (["trusted"], []), run


@test
def not_a_capture():
    """a file that is no capture: exit code 1, and the message names it"""
    run = onpath("-o", "json", "-r", ROOTS)
    assert run.code == 1 and "roots.pem" in run.err, run


@test
def bad_roots():
    """roots that are not there, or hold no certificate: exit code 1"""
    for roots in ("no-such.pem", pcap("direct.pcap")):
        run = onpath("--roots", roots, "-r", pcap("direct.pcap"))
        assert run.code == 1 and roots.rsplit("/", 1)[-1] in run.err, run


@test
def bad_policy():
    """an expectation file with an error: exit code 1 or 2, with file, line and column"""
    with scratch() as folder:
        path = os.path.join(folder, "bad.yaml")
        with open(path, "w", encoding="ascii") as out:
            out.write("expect:\n  - hosts: [example.net]\n    isuers: []\n")
        run = onpath("-e", path, "-r", pcap("direct.pcap"))
        assert run.code in (1, 2) and re.search(r"bad\.yaml:3(:\d+)?", run.err), run


@test
def policy_is_met():
    """with our root as the anchor that the user expects, the verdict is expected; with another pin it is not"""
    with scratch() as folder:
        path = os.path.join(folder, "own.yaml")
        with open(path, "w", encoding="utf-8") as out:
            out.write(f"expect:\n  - hosts: [shop.example.net]\n    anchors: [{ROOTS}]\n")
        assert judge("-e", path, "-r", pcap("direct.pcap")).verdicts() == ["expected"]
        with open(path, "w", encoding="utf-8") as out:
            out.write(f"expect:\n  - hosts: [shop.example.net]\n    pins: [\"sha256/{'A' * 43}=\"]\n")
        verdicts = judge("-e", path, "-r", pcap("direct.pcap")).verdicts()
        assert verdicts[0] in ("suspect", "intercepted"), verdicts


@test
def intercepted_exit_code():
    """--exit-code: 10 where a connection was intercepted, 0 where none was; without it 0"""
    assert onpath("--exit-code", "-r", pcap("icloud-2014.pcap")).code == 10
    assert onpath("--exit-code", "-r", pcap("github-2020.pcap")).code == 10
    assert onpath("--exit-code", "--roots", ROOTS, "-r", pcap("direct.pcap")).code == 0
    assert onpath("-r", pcap("icloud-2014.pcap")).code == 0


@test
def attacks():
    """both attacks are intercepted, by name and with evidence"""
    for name, host, number in (("icloud-2014.pcap", "www.icloud.com", 1), ("github-2020.pcap", "octocat.github.io", 2)):
        run = judge("-r", pcap(name))
        found, = run.connections()
        assert found["verdict"] == "intercepted" and found["sni"] == host and len(found["chain"]) == number, found
        assert found["evidence"] and all(one["text"] for one in found["evidence"]), found


@test
def bare_operand():
    """a bare operand is a capture"""
    named, bare = judge("-r", pcap("direct.pcap")), judge(pcap("direct.pcap"))
    assert named.out == bare.out, (named, bare)


@test
def quiet():
    """-q prints no summary; without it the summary is on stderr"""
    assert judge("-q", "-r", pcap("direct.pcap")).err == ""
    assert judge("-r", pcap("direct.pcap")).err != ""


@test
def no_progress_in_a_pipe():
    """stderr that is no terminal gets no carriage return and no escape sequence; nor does stdout get colours"""
    run = onpath("-o", "table", "-r", os.path.join(PCAPS, "direct.pcap"))
    assert "\r" not in run.err and "\x1b" not in run.err and b"\x1b" not in run.out, run


@test
def config_test():
    """-T tests the configuration and reads no packet"""
    run = onpath("-T", "--roots", ROOTS)
    assert run.code == 0 and not run.out.startswith(b"{"), run


if __name__ == "__main__":
    main()
