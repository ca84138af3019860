package cli

import (
	"errors"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// setUpKeys makes sure that the encrypted store has a key: the one that the flags
// name, or the one that it has, or a new passphrase.
func (w *world) setUpKeys(o migrateOptions) error {
	cache := w.broker.Cache
	have, err := keystore.LoadKeys(cache.Home)
	if err != nil && !errors.Is(err, keystore.ErrNoKeys) {
		return err
	}
	exists := err == nil
	if o.identity != "" {
		keys, err := keystore.KeysFor(userpath.Expand(o.identity, w.app.Env.Lookup))
		if err != nil {
			return command.WithHint(err, "make one with: age-keygen -o FILE, or ssh-keygen -t ed25519")
		}
		keys.Command = o.command
		if exists && keys.Recipient != have.Recipient {
			return command.WithHint(errors.New("the encrypted store has another key already"), "move back first: lanyard store migrate --to file")
		}
		return keys.Save(cache)
	}
	if exists {
		return nil
	}
	pass, err := w.stores.newPassphrase(o.command)
	if err != nil {
		return err
	}
	w.stores.chosen = pass
	keys, err := keystore.NewPassphraseKeys(cache, pass, o.command)
	if err != nil {
		return err
	}
	return keys.Save(cache)
}

// newPassphrase asks for a passphrase twice, unless a command prints it.
func (s *stores) newPassphrase(command string) (secret.String, error) {
	app := s.app
	if command != "" || app.Env.Get(passphraseCommand) != "" || !app.IO.Terminal {
		return s.passphrase("the encrypted store", command)
	}
	first, err := askPassphrase(app, "New passphrase of the encrypted store: ")
	if err != nil {
		return secret.String{}, err
	}
	again, err := askPassphrase(app, "The same again: ")
	switch {
	case err != nil:
		return secret.String{}, err
	case first.IsZero() || !first.Equal(again):
		return secret.String{}, errors.New("the two are not the same, or empty; nothing was changed")
	}
	return first, nil
}
