// This file has the keys of the encrypted store.

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

// Keys holds the public key that encrypts the values of the encrypted store, and the path of
// the private key. It contains no secret.
type Keys struct {
	Recipient string // an age recipient or an SSH public key
	Identity  string // the path of the age or SSH key file; "" for a key in the store's folder, encrypted with a passphrase
	Command   string // prints the passphrase; "" means that lanyard asks the user
}

// A Passphrases function returns the passphrase for an object. It runs command. If command is
// "", it asks the user a question that names the object.
type Passphrases func(object, command string) (secret.String, error)

// ErrNoKeys means that the encrypted store was never set up.
var ErrNoKeys = errors.New("no key is set up")

// LoadKeys reads the keys of the encrypted store in a home folder.
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
		return Keys{}, errors.New(keysPath(home) + ": no valid recipient")
	}
	return k, nil
}

func keysPath(home string) string { return filepath.Join(EncryptedFolder(home), "keys") }

// Save writes the keys. This sets up the encrypted store.
func (k Keys) Save(f Files) error {
	if strings.ContainsAny(k.Identity+k.Command, "\r\n") {
		return errors.New("the path of the key and the passphrase command must not contain line breaks")
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

// KeysFor returns the keys for an age or SSH key file. It does not save them, and does not
// ask for the passphrase of an SSH key.
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
			// The library's error may quote a line of the key.
			return Keys{}, errors.New(path + " is neither an age identity nor an SSH private key")
		}
		switch id := ids[0].(type) {
		case *age.X25519Identity:
			return Keys{Recipient: id.Recipient().String(), Identity: path}, nil
		case *age.HybridIdentity:
			return Keys{Recipient: id.Recipient().String(), Identity: path}, nil
		}
		return Keys{}, errors.New(path + ": this kind of age identity is not supported")
	}
	public, err := publicKey(data)
	if err != nil {
		return Keys{}, fmt.Errorf("%s: %w", path, err)
	}
	line := strings.TrimSpace(string(ssh.MarshalAuthorizedKey(public)))
	if _, err := agessh.ParseRecipient(line); err != nil {
		return Keys{}, errors.New(path + ": SSH keys of type " + public.Type() + " cannot encrypt; use ed25519 or rsa")
	}
	return Keys{Recipient: line, Identity: path}, nil
}

// NewPassphraseKeys creates an identity, encrypts it with the passphrase and writes it into
// the store's folder. Later, command prints the passphrase. If command is "", lanyard asks
// the user.
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

// workFactor is the scrypt work factor: one guess at the passphrase takes about 0.1 s and
// 32 MB. age's default takes 256 MB, which is too much because many processes may decrypt
// at the same time.
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
	return "check that " + k.Identity + " is the key file of the encrypted store"
}

// identities reads the private keys.
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
			return nil, errors.New(k.Identity + ": no longer an age identity")
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

// unlock decrypts the identity that [NewPassphraseKeys] created.
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
		return nil, errors.New("wrong passphrase")
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, errors.New(identityPath(home) + ": damaged")
	}
	ids, err := age.ParseIdentities(bytes.NewReader(text))
	if err != nil {
		return nil, errors.New(identityPath(home) + ": no age identity")
	}
	return ids, nil
}

func isPEM(data []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(data), []byte("-----BEGIN")) }

// publicKey returns the public key of an SSH private key, which may have a passphrase.
func publicKey(pem []byte) (ssh.PublicKey, error) {
	signer, err := ssh.ParsePrivateKey(pem)
	if err == nil {
		return signer.PublicKey(), nil
	}
	var locked *ssh.PassphraseMissingError
	if errors.As(err, &locked) && locked.PublicKey != nil {
		return locked.PublicKey, nil
	}
	return nil, errors.New("not an SSH private key in OpenSSH format")
}
