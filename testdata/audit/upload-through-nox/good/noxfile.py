import nox


@nox.session
def check(session):
    session.install("--require-hashes", "-r", "requirements/check.txt")
    session.run("twine", "check", "dist/samplepkg-1.0.tar.gz")
