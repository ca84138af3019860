package awscli

import (
	"os"
	"path/filepath"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// overlay returns the path of a config for the AWS CLI in which a profile has a
// credential_process that the AWS CLI can run, or "" if the profile needs none. The
// AWS CLI does not find a token outside its files, and its own `aws` has no
// get-credentials. The user's config stays as it is.
//
// The file stays too, because this process becomes the AWS CLI. It holds what the
// config holds, and is written anew each time.
func overlay(w *workspace.Workspace, p *profile.Profile) (string, error) {
	changes, err := vaultedChanges(w, p)
	if err != nil {
		return "", err
	}
	if p.Process != nil && !w.In.Own(p.Process.Program) {
		self, err := os.Executable()
		if err != nil {
			return "", err
		}
		process := *p.Process
		process.Program = self
		changes = append(changes, awsconfig.Change{Kind: awsconfig.Profile, Name: p.Name, Key: "credential_process", Value: process.Line()})
	}
	if len(changes) == 0 {
		return "", nil
	}
	content, err := datafile.Read(w.In.Config.Path, datafile.ConfigLimit)
	if err != nil {
		return "", err
	}
	edited, err := awsconfig.Edit(w.In.Config.Path, content, false, changes...)
	if err != nil {
		return "", err
	}
	folder := keystore.Vaulted(w.Home)
	if err := w.Broker.Cache.MakeFolder(folder); err != nil {
		return "", err
	}
	path := filepath.Join(folder, "config")
	return path, atomicfile.Write(path, edited, 0o600)
}

// vaultedChanges returns what gives the profiles of a session whose token is outside
// the AWS CLI's files a credential_process in place of their SSO settings.
func vaultedChanges(w *workspace.Workspace, p *profile.Profile) ([]awsconfig.Change, error) {
	s := p.Session
	store, err := w.Broker.Cache.Store(s.Key())
	if err != nil || store == keystore.File || p.Kind != profile.SSO {
		return nil, err
	}
	if s.Name == "" {
		w.App.Warn("the token of "+s.StartURL+" is in the "+store+" store, where the AWS CLI does not find it for a legacy profile",
			"run: "+w.App.Name+" store migrate --to "+store)
		return nil, nil
	}
	rewrite, _, err := profile.ToProcess(w.In, []string{s.Name}, workspace.ProgramLine(w.App))
	return rewrite.Changes, err
}
