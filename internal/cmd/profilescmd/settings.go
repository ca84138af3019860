package profilescmd

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/profilesync"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// section returns the section profiles of the settings, and the path of the settings. The node is
// nil if there is no such section.
func section(w *workspace.Workspace) (path string, node *yaml.Node, err error) {
	dir := w.App.Env.Get("XDG_CONFIG_HOME")
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(w.Home, ".config")
	}
	path = filepath.Join(dir, "lanyard", "config.yaml")
	content, err := datafile.Read(path, teamLimit)
	if errors.Is(err, fs.ErrNotExist) {
		return path, nil, nil
	}
	if err != nil {
		return path, nil, err
	}
	var all struct {
		Profiles yaml.Node `yaml:"profiles"`
	}
	if err := yaml.Unmarshal(content, &all); err != nil {
		return path, nil, &profilesync.RulesError{Path: path, Why: strings.TrimPrefix(err.Error(), "yaml: ")}
	}
	return path, &all.Profiles, nil
}
