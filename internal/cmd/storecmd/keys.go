package storecmd

import (
	"errors"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/userpath"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// setUpKeys makes sure that the encrypted store has a key: the one that the flags
// name, or the one that it has, or a new passphrase.
func setUpKeys(w *workspace.Workspace, o migrateOptions) error {
	cache := w.Broker.Cache
	have, err := keystore.LoadKeys(cache.Home)
	if err != nil && !errors.Is(err, keystore.ErrNoKeys) {
		return err
	}
	exists := err == nil
	if o.identity != "" {
		keys, err := keystore.KeysFor(userpath.Expand(o.identity, w.App.Env.Lookup))
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
	pass, err := w.Stores.NewPassphrase(o.command)
	if err != nil {
		return err
	}
	w.Stores.Chosen = pass
	keys, err := keystore.NewPassphraseKeys(cache, pass, o.command)
	if err != nil {
		return err
	}
	return keys.Save(cache)
}
