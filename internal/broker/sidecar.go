package broker

import (
	"errors"
	"io/fs"
	"path/filepath"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/starturl"
)

// Sidecar files are the broker's own small files beside the cache files. The processes of a
// user coordinate through them:
//
//	.NAME.lock, .NAME.login.lock        locks: lock.go
//	.NAME.outcome, .NAME.login.outcome  how the last attempt ended: outcome.go
//	.NAME.generation                    changes at each sign-in and sign-out: generation.go
//	.NAME.horizon                       when the session began: sessionend.go
//	.NAME.user                          who is signed in: user.go
//	.NAME.login.holder                  which process is signing in: login.go
//
// Sidecar files hold no secrets, only fingerprints. No name ends in ".json", because the AWS
// CLI's logout parses every such file of the folder.

// sidecar returns the path of a sidecar file of the cache file name, such as ".NAME.lock".
func sidecar(folder, name, suffix string) string {
	return filepath.Join(folder, "."+name[:len(name)-len(".json")]+suffix)
}

// sessionFile returns the path of a sidecar file of a session. The path depends only on the
// start URL, so all names of the session and all spellings of the URL share the file.
func (b *Broker) sessionFile(s profile.Session, suffix string) string {
	return sidecar(b.Cache.SSO(), ssocache.TokenName(starturl.Portal(s.StartURL)), suffix)
}

// roleFile returns the path of a sidecar file of the role credentials in the file name.
func (b *Broker) roleFile(name, suffix string) string {
	return sidecar(b.Cache.Roles(), name, suffix)
}

// writeSidecar replaces a sidecar file, and makes its folder if necessary.
func (b *Broker) writeSidecar(path, content string) error {
	if err := b.Cache.MakeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	return atomicfile.Write(path, []byte(content), 0o600)
}

// readSidecar returns the content of a sidecar file, or "" if the file does not exist. An
// error means that the content is unknown.
func readSidecar(path string) (string, error) {
	data, err := datafile.Read(path, datafile.Limit)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return string(data), err
}
