// SPDX-License-Identifier: BSD-3-Clause

package publish

import (
	"strings"
	"sync"
)

// plainPrograms lists the programs whose arguments do not matter, by kind.
var plainPrograms = map[commandKind]string{
	harmless: `echo exec builtin time printf ls dir pwd cd pushd popd : true false test [ [[ exit return set shopt export unset readonly local declare
		typeset sleep date cat head tail wc grep egrep fgrep rg cut tr jq diff cmp comm join paste fold nl rev tac file
		stat du df basename dirname realpath readlink which type id uname hostname env printenv whoami nproc arch sha1sum
		sha224sum sha256sum sha384sum sha512sum md5sum shasum b2sum od hexdump strings seq expr let read bc trap ulimit
		umask wait column less more zipinfo mapfile readarray shift break continue getopts hash times clear yes tput
		locale groups uptime free lscpu ps sync history alias numfmt gh-release
		write-host write-output get-childitem get-content get-filehash get-location set-location test-path select-string
		write-error where where.exe findstr ver vol title rem setlocal endlocal`,
	changes: `mkdir mv cp rm rmdir ln touch chmod chown chgrp install truncate tee dd split csplit patch rename shred mktemp
		unzip zip gzip gunzip xz unxz bzip2 bunzip2 zstd unzstd 7z 7za unrar cpio dos2unix unix2dos sponge kill pkill
		gpg gpg2 gpgconf gpg-agent openssl ssh-keygen ssh-add ssh-agent systemctl service mount umount sysctl
		new-item remove-item copy-item move-item rename-item set-content add-content expand-archive compress-archive out-file
		del erase copy move ren md rd xcopy robocopy`,
	fetches: `wget aria2c scp sftp rclone aws gsutil gcloud az s3cmd oras crane skopeo invoke-webrequest iwr dvc`,
	tests: `pytest py.test unittest nose2 coverage spin pre-commit prek mypy pyright flake8 pylint ruff black isort bandit codespell
		doctest check-manifest check-wheel-contents pyroma validate-pyproject check-sdist mkdocs sphinx-build jupyter jupyter-book
		ipython asv slotscheck vulture interrogate pip-audit towncrier bump2version bumpversion commitizen cz semantic-release
		setuptools_scm versioningit dunamai vermin pyproject-fmt readme_renderer ward stestr green`,
	code: `make gmake nmake just invoke inv task doit scons waf bazel bazelisk ninja rake ant mvn gradle npx bunx eval
		iex invoke-expression bash sh dash zsh ksh fish pwsh powershell cmd perl ruby php rscript julia lua tclsh osascript
		act`,
	builds: `build pyproject-build cibuildwheel meson cmake ctest cargo rustc gcc g++ cc c++ clang clang++ gfortran ld swig
		cython cythonize f2py conda-build rattler-build boa mambabuild charmcraft snapcraft briefcase pyinstaller nuitka shiv pex
		zipapp auditwheel delocate-wheel delocate-path delocate-merge delocate-fuse delocate-listdeps delvewheel abi3audit
		repairwheel wheel setuptools docker-compose buildah nix nix-build nix-shell guix autoreconf
		configure setup.py pyodide enscons msbuild xcodebuild`,
	installs: `easy_install brew choco scoop winget port snap apk dnf yum zypper pacman gem bundle cpan cpanm luarocks
		composer nvm corepack rustup pyenv asdf sdk opam install-module`,
	locked:  ``,
	uploads: `twine-upload anaconda`,
	unheard: ``,
}

// plainKinds is plainPrograms by program, made at first use.
var plainKinds = sync.OnceValue(func() map[string]commandKind {
	out := map[string]commandKind{}
	for kind, names := range plainPrograms {
		for name := range strings.FieldsSeq(names) {
			out[name] = kind
		}
	}
	return out
})
