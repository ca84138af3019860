// The keys of the encrypted store.

package keystore

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// Keys are the public key that encrypts the values of the encrypted store, and the place
// of the private one that decrypts them. They hold no secret.
type Keys struct {
	Recipient string // an age recipient or an SSH public key
	Identity  string // the path of the age or SSH key; "" for one that a passphrase protects
	Command   string // prints the passphrase; "" means that the person is asked
}

// Passphrases returns the passphrase of the object that it names: from the command or, if
// that is empty, from the user.
type Passphrases func(what, command string) (secret.String, error)

// ErrNoKeys says that the encrypted store was never set up.
var ErrNoKeys = errors.New("it has no key yet")

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

func keysPath(home string) string { return filepath.Join(EncryptedFolder(home), "keys") }

// Save sets the store up.
func (k Keys) Save(f Files) error {
	if strings.ContainsAny(k.Identity+k.Command, "\r\n") {
		return errors.New("a path and a command have one line")
	}
	if err := f.MakeFolder(EncryptedFolder(f.Home)); err != nil {
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

// KeysFor returns the keys for a key file of age or SSH. It sets up nothing yet, and does
// not ask for the passphrase of an SSH key.
func KeysFor(path string) (Keys, error) {
	data, err := datafile.Read(path, datafile.Limit)
	if err != nil {
		return Keys{}, err
	}
	if path, err = filepath.Abs(path); err != nil {
		return Keys{}, err
	}
	if !isPEM(data) {
		ids, err := age.ParseIdentities(bytes.NewReader(data))
		if err != nil {
			// The library's own words may quote the line.
			return Keys{}, errors.New(path + " is neither an age identity nor an SSH private key")
		}
		switch id := ids[0].(type) {
		case *age.X25519Identity:
			return Keys{Recipient: id.Recipient().String(), Identity: path}, nil
		case *age.HybridIdentity:
			return Keys{Recipient: id.Recipient().String(), Identity: path}, nil
		}
		return Keys{}, errors.New(path + ": this kind of age identity cannot be used")
	}
	public, err := publicKey(data)
	if err != nil {
		return Keys{}, fmt.Errorf("%s: %w", path, err)
	}
	line := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(public)))
	if _, err := agessh.ParseRecipient(line); err != nil {
		return Keys{}, errors.New(path + ": only SSH keys of the kinds ed25519 and rsa encrypt, this one is " + public.Type())
	}
	return Keys{Recipient: line, Identity: path}, nil
}

// NewPassphraseKeys makes an identity that is kept beside the values, encrypted
// with the passphrase. From then on the command prints the passphrase; "" means that the
// user is asked.
func NewPassphraseKeys(f Files, pass secret.String, command string) (Keys, error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return Keys{}, err
	}
	to, err := age.NewScryptRecipient(pass.Reveal())
	if err != nil {
		return Keys{}, err
	}
	to.SetWorkFactor(workFactor)
	sealed, err := seal([]byte(id.String()+"\n"), to)
	if err != nil {
		return Keys{}, err
	}
	if err := f.MakeFolder(EncryptedFolder(f.Home)); err != nil {
		return Keys{}, err
	}
	if err := atomicfile.Write(identityPath(f.Home), sealed, 0o600); err != nil {
		return Keys{}, err
	}
	return Keys{Recipient: id.Recipient().String(), Command: command}, nil
}

func identityPath(home string) string { return filepath.Join(EncryptedFolder(home), "identity.age") }

// workFactor makes one guess at the passphrase cost some 0.1 s and 32 MB. It is
// less than age's own choice (256 MB), because any number of processes may want
// the answer at the same time.
const workFactor = 15

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

// identities reads the keys that decrypt.
func (k Keys) identities(home string, ask Passphrases) ([]age.Identity, error) {
	if k.Identity == "" {
		return k.unlock(home, ask)
	}
	data, err := datafile.Read(k.Identity, datafile.Limit)
	if err != nil {
		return nil, err
	}
	if !isPEM(data) {
		ids, err := age.ParseIdentities(bytes.NewReader(data))
		if err != nil {
			return nil, errors.New(k.Identity + " is not an age identity any more")
		}
		return ids, nil
	}
	if id, err := agessh.ParseIdentity(data); err == nil {
		return []age.Identity{id}, nil
	}
	public, err := publicKey(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", k.Identity, err)
	}
	id, err := agessh.NewEncryptedSSHIdentity(public, data, func() ([]byte, error) {
		pass, err := ask(k.Identity, k.Command)
		return []byte(pass.Reveal()), err
	})
	if err != nil {
		return nil, err
	}
	return []age.Identity{id}, nil
}

// unlock opens the identity of [NewPassphraseKeys].
func (k Keys) unlock(home string, ask Passphrases) ([]age.Identity, error) {
	sealed, err := datafile.Read(identityPath(home), datafile.Limit)
	if err != nil {
		return nil, err
	}
	pass, err := ask("the encrypted store", k.Command)
	if err != nil {
		return nil, err
	}
	by, err := age.NewScryptIdentity(pass.Reveal())
	if err != nil {
		return nil, errors.New("the passphrase is empty")
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), by)
	if err != nil {
		return nil, errors.New("the passphrase does not fit")
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, errors.New(identityPath(home) + " is damaged")
	}
	ids, err := age.ParseIdentities(bytes.NewReader(text))
	if err != nil {
		return nil, errors.New(identityPath(home) + " holds no identity")
	}
	return ids, nil
}

func isPEM(data []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(data), []byte("-----BEGIN")) }

// publicKey returns the public half of an SSH private key, which may have a
// passphrase.
func publicKey(pem []byte) (ssh.PublicKey, error) {
	signer, err := ssh.ParsePrivateKey(pem)
	if err == nil {
		return signer.PublicKey(), nil
	}
	var locked *ssh.PassphraseMissingError
	if errors.As(err, &locked) && locked.PublicKey != nil {
		return locked.PublicKey, nil
	}
	return nil, errors.New("it is not an SSH private key in OpenSSH's format")
}
