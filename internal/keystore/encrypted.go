package keystore

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"sync"

	"filippo.io/age"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// An encrypted is a [Backend] with an age file for each value. It encrypts with a public key,
// without a question to the user. It decrypts with the identity.
type encrypted struct {
	files Files
	keys  Keys
	read  func() ([]age.Identity, error)
}

// OpenEncrypted returns the encrypted store of a home folder. [Keys.Save] sets up that store.
// The store reads the identity when the first value is loaded.
func OpenEncrypted(f Files, ask Passphrases) (Backend, error) {
	keys, err := LoadKeys(f.Home)
	if err != nil {
		return nil, &StoreError{Encrypted, err, "run: lanyard store migrate --to encrypted"}
	}
	return &encrypted{f, keys, sync.OnceValues(func() ([]age.Identity, error) {
		ids, err := keys.identities(f.Home, ask)
		if err != nil {
			return nil, wrapStore(err)
		}
		return ids, nil
	})}, nil
}

// wrapStore returns err as a [StoreError].
func wrapStore(err error) error {
	if Unavailable(err) {
		return err
	}
	return &StoreError{Encrypted, err, ""}
}

func (e *encrypted) path(name string) string { return encryptedPath(e.files.Home, name) }

// Load implements [Backend].
func (e *encrypted) Load(name string) ([]byte, error) {
	sealed, err := datafile.Read(atomicfile.Newest(e.path(name)), datafile.Limit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notFound(name)
	}
	if err != nil {
		return nil, wrapStore(unreadable(e.path(name), err))
	}
	ids, err := e.read()
	if err != nil {
		return nil, err
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), ids...)
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return nil, &StoreError{Encrypted, errors.New(e.path(name) + " was encrypted for another key"), e.keys.hint()}
	}
	if err != nil {
		return nil, corrupt(e.path(name), err.Error())
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, corrupt(e.path(name), err.Error())
	}
	return data, nil
}

// Prepare implements [Backend].
func (e *encrypted) Prepare(name string) (Pending, error) {
	to, err := e.keys.recipient()
	if err != nil {
		return nil, wrapStore(err)
	}
	if err := e.files.MakeFolder(EncryptedFolder(e.files.Home)); err != nil {
		return nil, err
	}
	p, err := atomicfile.Reserve(e.path(name), reserve, 0o600)
	if err != nil {
		return nil, err
	}
	return &pendingEncrypted{p, to}, nil
}

// A pendingEncrypted is a [Pending] value that is encrypted by Commit.
type pendingEncrypted struct {
	*atomicfile.Reserved
	to age.Recipient
}

func (p *pendingEncrypted) Commit(data []byte) error {
	sealed, err := seal(data, p.to)
	if err != nil {
		p.Abort()
		return err
	}
	return p.Reserved.Commit(sealed)
}

func seal(data []byte, recipient age.Recipient) ([]byte, error) {
	var b bytes.Buffer
	w, err := age.Encrypt(&b, recipient)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Remove implements [Backend].
func (e *encrypted) Remove(name string) error { return removeFile(e.path(name)) }
