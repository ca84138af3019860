package keystore

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// Keys says what encrypts the values of the encrypted store, and where what
// decrypts them is. It holds no secret.
type Keys struct {
	Recipient string // an age recipient or an SSH public key
	Identity  string // the path of the age or SSH key; "" for one that a passphrase protects
	Command   string // prints the passphrase; "" means that the person is asked
}

// Passphrases yields the passphrase of what is named, from the command if that is
// not empty, or else from the person.
type Passphrases func(what, command string) (secret.String, error)

// ErrNoKeys says that the encrypted store was never set up.
var ErrNoKeys = errors.New("it has no key yet")

func keysPath(home string) string { return filepath.Join(Vaulted(home), "keys") }

// LoadKeys reads how the store of a home folder is set up.
func LoadKeys(home string) (Keys, error) {
	data, err := datafile.Read(keysPath(home), datafile.Limit)
	if errors.Is(err, fs.ErrNotExist) {
		return Keys{}, ErrNoKeys
	}
	if err != nil {
		return Keys{}, err
	}
	var k Keys
	for line := range strings.Lines(string(data)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch key {
		case "recipient":
			k.Recipient = value
		case "identity":
			k.Identity = value
		case "passphrase-command":
			k.Command = value
		}
	}
	if _, err := k.recipient(); err != nil {
		return Keys{}, errors.New(keysPath(home) + " names no key that encrypts")
	}
	return k, nil
}

// Save sets the store up.
func (k Keys) Save(f Files) error {
	if strings.ContainsAny(k.Identity+k.Command, "\r\n") {
		return errors.New("a path and a command have one line")
	}
	if err := f.MakeFolder(Vaulted(f.Home)); err != nil {
		return err
	}
	text := "recipient " + k.Recipient + "\n"
	if k.Identity != "" {
		text += "identity " + k.Identity + "\n"
	}
	if k.Command != "" {
		text += "passphrase-command " + k.Command + "\n"
	}
	return atomicfile.Write(keysPath(f.Home), []byte(text), 0o600)
}

func (k Keys) recipient() (age.Recipient, error) {
	if strings.HasPrefix(k.Recipient, "ssh-") {
		return agessh.ParseRecipient(k.Recipient)
	}
	list, err := age.ParseRecipients(strings.NewReader(k.Recipient))
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

func (k Keys) hint() string {
	if k.Identity == "" {
		return ""
	}
	return "the key is expected in " + k.Identity
}
