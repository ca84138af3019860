package doctor

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/owner"
)

func fileChecks() []Check {
	return []Check{
		{
			"permissions", "permissions", "files with secrets belong to the user and are closed to other users; no other user can write to the config or to the folders",
			checkPermissions,
		},
		{"leftovers", "temporary files", "there are no old temporary files, which can hold secrets, and no token that could not be stored in its place", checkLeftovers},
	}
}

// A protected file has a mode that other users must not exceed.
type protected struct {
	path   string
	mask   fs.FileMode // the bits that the mode must not have
	secret bool
}

const (
	readable = fs.FileMode(0o077) // group and others have no access
	writable = fs.FileMode(0o022) // group and others cannot write
)

// protectedFiles returns the files and folders to check. They need not exist.
func (p *Patient) protectedFiles() (list []protected) {
	cache, home := p.W.Broker.Cache, p.W.Home
	list = append(list,
		protected{filepath.Join(home, ".aws"), writable, false},
		protected{p.W.In.Config.Path, p.configMask(), p.configMask() == readable},
		protected{p.W.In.Credentials.Path, readable, true})
	for _, folder := range []string{cache.SSO(), cache.Roles(), keystore.EncryptedFolder(home)} {
		list = append(list, protected{folder, writable, false})
		entries, _ := os.ReadDir(folder) // the check leftovers reports an unreadable folder
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), ".json") || strings.HasSuffix(e.Name(), ".age") || strings.HasSuffix(e.Name(), atomicfile.KeptSuffix) {
				list = append(list, protected{filepath.Join(folder, e.Name()), readable, true})
			}
		}
	}
	if keys, err := keystore.LoadKeys(home); err == nil && keys.Identity != "" {
		list = append(list, protected{keys.Identity, readable, true})
	}
	return list
}

// configMask returns the mask of the config, which is secret if it has keys.
func (p *Patient) configMask() fs.FileMode {
	sections, _, _ := p.W.In.Config.All() // an error has been found
	for _, s := range sections {
		if _, has := s.Get("aws_secret_access_key"); has {
			return readable
		}
	}
	return writable
}

// checkPermissions compares modes and owners.
func checkPermissions(_ context.Context, p *Patient) []Finding {
	if runtime.GOOS == "windows" {
		return []Finding{notChecked("Windows has no modes of files")}
	}
	if p.W.NoHome != nil {
		return []Finding{notChecked("no home folder is known")}
	}
	var found []Finding
	n := 0
	for _, f := range p.protectedFiles() {
		if f.path == "" {
			continue
		}
		info, err := os.Stat(f.path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		n++
		if err != nil {
			found = append(found, problem("%v", err))
			continue
		}
		found = append(found, p.judgeFile(f, info)...)
	}
	if n == 0 {
		return []Finding{ok("there are no files yet")}
	}
	if len(found) == 0 {
		return []Finding{ok("%d %s and folders have safe modes and the right owner", n, output.Plural(n, "file"))}
	}
	return found
}

// judgeFile returns what is wrong with the mode and the owner of a file.
func (p *Patient) judgeFile(f protected, info fs.FileInfo) (found []Finding) {
	uid, gid, known := owner.Of(info)
	if known && uid != p.UID && p.UID != 0 {
		return []Finding{problem("%s belongs to the user id %d, and you are %d", p.tilde(f.path), uid, p.UID).
			fix("run: sudo chown %d %s", p.UID, command.Quote(f.path))}
	}
	mode, forbidden := info.Mode().Perm(), f.mask
	if known && uid == gid && !f.secret {
		forbidden &^= 0o070 // many systems give each user a private group with the same number
	}
	if mode&forbidden == 0 {
		return nil
	}
	if p.inWSL() && strings.HasPrefix(f.path, "/mnt/") {
		return []Finding{warning("%s is on a drive of Windows, where other users can read or change it", p.tilde(f.path)).
			fix("move it into the home folder of Linux, or mount the drive with the option metadata")}
	}
	better := mode &^ f.mask
	text := "other users can change %s (mode %04o)"
	if f.secret {
		text = "other users can read the secrets in %s (mode %04o)"
	}
	return []Finding{problem(text, p.tilde(f.path), mode).fix("run: chmod %04o %s", better, command.Quote(f.path)).
		by("set the mode of "+p.tilde(f.path)+" to "+octal(better), func(context.Context) error { return os.Chmod(f.path, better) })}
}

// octal returns a mode as four digits.
func octal(mode fs.FileMode) string {
	digits := []byte("0000")
	for i := 3; i >= 0; i-- {
		digits[i] = '0' + byte(mode&7)
		mode >>= 3
	}
	return string(digits)
}

// checkLeftovers looks for files of killed processes, and for tokens in the wrong place.
func checkLeftovers(_ context.Context, p *Patient) []Finding {
	if p.W.NoHome != nil {
		return []Finding{notChecked("no home folder is known")}
	}
	cache, now := p.W.Broker.Cache, p.W.App.Now()
	var found []Finding
	var old []string
	for _, folder := range []string{cache.SSO(), cache.Roles(), keystore.EncryptedFolder(p.W.Home)} {
		entries, err := os.ReadDir(folder)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			found = append(found, problem("%v", err))
		}
		for _, e := range entries {
			info, err := e.Info()
			if err != nil {
				continue // the file has just been removed
			}
			path := filepath.Join(folder, e.Name())
			switch {
			case strings.HasPrefix(e.Name(), ".") && strings.Contains(e.Name(), atomicfile.TempInfix) && now.Sub(info.ModTime()) > time.Hour:
				old = append(old, path)
			case strings.HasSuffix(e.Name(), atomicfile.KeptSuffix):
				found = append(found, warning("%s has a newer token, which lanyard could not store in its place", p.tilde(path)).
					fix("make sure that the folder is writable and the disk is not full; the next use of a profile then moves the token"))
			}
		}
	}
	if len(old) > 0 {
		found = append(found, warning("%d old temporary %s of killed processes can hold secrets: %s", len(old), output.Plural(len(old), "file"), p.tilde(old[0])).
			fix("run: lanyard doctor --fix").
			by("remove old temporary files from the cache folders", func(context.Context) error {
				cache.Sweep(now)
				return nil
			}))
	}
	if len(found) == 0 {
		return []Finding{ok("no old files were found")}
	}
	return found
}
