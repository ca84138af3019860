package cli

import (
	"path/filepath"

	"lanyard/internal/atomicfile"
	"lanyard/internal/awsconfig"
	"lanyard/internal/datafile"
	"lanyard/internal/keystore"
	"lanyard/internal/profile"
)

// overlay returns the path of a config for the AWS CLI in which a profile has a
// credential_process of ours in place of its SSO settings, or "" if it needs none:
// a token that is outside its files it would not find. The config that the person
// wrote stays as it is.
//
// The file stays too, because this process becomes the AWS CLI. It holds what the
// config holds, and is written anew each time.
func (w *world) overlay(p *profile.Profile) (string, error) {
	s := p.Session
	store, err := w.broker.Cache.Store(s.Key())
	if err != nil || store == keystore.File || p.Kind != profile.SSO {
		return "", err
	}
	if s.Name == "" {
		w.app.warn("the token of "+s.StartURL+" is in the "+store+" store, where the AWS CLI does not find it for a legacy profile",
			"run: "+w.app.Name+" store migrate --to "+store)
		return "", nil
	}
	rewrite, _, err := profile.ToProcess(w.in, []string{s.Name}, w.app.ownProgram())
	if err != nil || len(rewrite.Changes) == 0 {
		return "", err
	}
	content, err := datafile.Read(w.in.Config.Path, datafile.ConfigLimit)
	if err != nil {
		return "", err
	}
	edited, err := awsconfig.Edit(w.in.Config.Path, content, false, rewrite.Changes...)
	if err != nil {
		return "", err
	}
	folder := keystore.Vaulted(w.home)
	if err := w.broker.Cache.MakeFolder(folder); err != nil {
		return "", err
	}
	path := filepath.Join(folder, "config")
	return path, atomicfile.Write(path, edited, 0o600)
}
