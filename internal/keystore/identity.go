package keystore

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"golang.org/x/crypto/ssh"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// KeysFor sets up nothing yet: it finds out what the key file at the path, of age
// or of SSH, encrypts for. A passphrase on an SSH key is not asked for.
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

// identities reads what decrypts.
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

// workFactor makes one guess at the passphrase cost some 0.1 s and 32 MB. It is
// less than age's own choice (256 MB), because any number of processes may want
// the answer at the same time.
const workFactor = 15

func identityPath(home string) string { return filepath.Join(Vaulted(home), "identity.age") }

// NewPassphraseKeys makes an identity that is kept beside the values, encrypted
// with the passphrase. The command prints it from then on; "" means that the
// person is asked.
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
	if err := f.MakeFolder(Vaulted(f.Home)); err != nil {
		return Keys{}, err
	}
	if err := atomicfile.Write(identityPath(f.Home), sealed, 0o600); err != nil {
		return Keys{}, err
	}
	return Keys{Recipient: id.Recipient().String(), Command: command}, nil
}

// unlock opens that identity.
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
