package inventory

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/download"
	"github.com/lanyard-cli/lanyard/internal/owner"
)

// This file writes and reads the list of accounts of an organization as a file. The file has a
// line of JSON for each account:
//
//	{"accountId":"111122223333","accountName":"prod"}
//
// It has no e-mail addresses and no roles. Its lines are in the order of the list.

// An exported is a line of the file.
type exported struct {
	ID   string `json:"accountId"`
	Name string `json:"accountName"`
}

// Export returns the file for the accounts of a list, and its checksum in hexadecimal digits.
func Export(l List) (data []byte, sum string, err error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	for _, a := range l.Accounts {
		if err := e.Encode(exported{a.ID, a.Name}); err != nil {
			return nil, "", err
		}
	}
	return b.Bytes(), checksum(b.Bytes()), nil
}

func checksum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// A Source says where the file is.
type Source struct {
	Location string // an absolute path, or an https URL
	SHA256   string // the checksum of the file, in lower case
}

// maxSource is the size of the largest file, in bytes.
const maxSource = 64 << 20

// Read returns the accounts of the file. It reads the file only if no copy in the home folder has
// the checksum. If the file cannot be read, or has another checksum, Read returns the last good copy
// of this location, which is then not current, and the reason. If there is no copy either, given
// is nil. client downloads the file; it sends no secret, and follows only redirects to https.
func (s Source) Read(ctx context.Context, home string, client *http.Client) (given *Given, reason error) {
	folder := Folder(home)
	name := sha256.Sum256([]byte(s.Location))
	path := filepath.Join(folder, hex.EncodeToString(name[:10])+".accounts")
	older, _ := datafile.Read(path, maxSource)
	if given := s.stored(folder, older); given != nil {
		return given, nil
	}
	data, reason := s.fetch(ctx, client)
	if reason == nil {
		given, reason = parseGiven(data, download.Name(s.Location))
	}
	if reason == nil {
		// The copy is only for later failures.
		if e := owner.MakeFolder(folder); e == nil {
			_ = atomicfile.Write(path, data, 0o600)
		}
		return given, nil
	}
	given, err := parseGiven(older, path)
	if err != nil {
		return nil, reason
	}
	given.Current = false
	return given, reason
}

// stored returns the copy that has the checksum, or nil. older is the copy of this location. The
// copy of another location is as good, for example after the file has moved.
func (s Source) stored(folder string, older []byte) *Given {
	if s.matches(older) {
		given, _ := parseGiven(older, "")
		return given
	}
	paths, _ := filepath.Glob(filepath.Join(folder, "*.accounts"))
	for _, path := range paths {
		data, err := datafile.Read(path, maxSource)
		if err == nil && s.matches(data) {
			given, _ := parseGiven(data, path)
			return given
		}
	}
	return nil
}

// matches reports whether data has the checksum.
func (s Source) matches(data []byte) bool {
	return subtle.ConstantTimeCompare([]byte(checksum(data)), []byte(s.SHA256)) == 1
}

// fetch reads the file from its location, and checks its checksum.
func (s Source) fetch(ctx context.Context, client *http.Client) ([]byte, error) {
	var data []byte
	var err error
	if strings.Contains(s.Location, "://") {
		data, err = download.Get(ctx, client, s.Location, maxSource)
	} else {
		data, err = datafile.Read(s.Location, maxSource)
	}
	if err == nil && !s.matches(data) {
		err = fmt.Errorf("its checksum is %s, and inventory.sha256 is %s", checksum(data), s.SHA256)
	}
	if err != nil {
		return nil, fmt.Errorf("the list of accounts %s: %w", download.Name(s.Location), err)
	}
	return data, nil
}

// parseGiven reads the lines of the file. name is the name of the file for errors.
func parseGiven(data []byte, name string) (*Given, error) {
	given := &Given{Current: true}
	seen := map[string]bool{}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var e exported
		err := json.Unmarshal(lines.Bytes(), &e)
		switch {
		case err != nil:
			return nil, fmt.Errorf("%s, line %d: %w", name, n, err)
		case len(e.ID) != 12 || strings.Trim(e.ID, "0123456789") != "":
			return nil, fmt.Errorf("%s, line %d: accountId %q does not have 12 digits", name, n, e.ID)
		case seen[e.ID]:
			return nil, fmt.Errorf("%s, line %d: account %s is repeated", name, n, e.ID)
		}
		seen[e.ID] = true
		given.Accounts = append(given.Accounts, Account{ID: e.ID, Name: e.Name})
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(given.Accounts) == 0 {
		return nil, fmt.Errorf("%s has no accounts", name)
	}
	return given, nil
}
