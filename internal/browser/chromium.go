package browser

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// This file chooses a profile of Chromium and of the browsers that are built on it.

// A chromiumBrowser is a browser of the Chromium family.
type chromiumBrowser struct {
	family            string
	program           string   // below the folders of programs of Windows
	application       string   // below the folder of applications of macOS
	names             []string // on PATH
	windows, mac, xdg string   // the folders of the user data
}

// chromiumFamily returns the browser of a family.
func chromiumFamily(name string) (chromiumBrowser, bool) {
	all := [...]chromiumBrowser{
		{"chrome", "Google/Chrome/Application/chrome.exe", "Google Chrome.app/Contents/MacOS/Google Chrome", []string{"google-chrome", "google-chrome-stable", "chrome"}, "Google/Chrome/User Data", "Google/Chrome", "google-chrome"},
		{"chromium", "Chromium/Application/chrome.exe", "Chromium.app/Contents/MacOS/Chromium", []string{"chromium", "chromium-browser"}, "Chromium/User Data", "Chromium", "chromium"},
		{"brave", "BraveSoftware/Brave-Browser/Application/brave.exe", "Brave Browser.app/Contents/MacOS/Brave Browser", []string{"brave-browser", "brave"}, "BraveSoftware/Brave-Browser/User Data", "BraveSoftware/Brave-Browser", "BraveSoftware/Brave-Browser"},
		{"edge", "Microsoft/Edge/Application/msedge.exe", "Microsoft Edge.app/Contents/MacOS/Microsoft Edge", []string{"microsoft-edge", "microsoft-edge-stable"}, "Microsoft/Edge/User Data", "Microsoft Edge", "microsoft-edge"},
		{"vivaldi", "Vivaldi/Application/vivaldi.exe", "Vivaldi.app/Contents/MacOS/Vivaldi", []string{"vivaldi", "vivaldi-stable"}, "Vivaldi/User Data", "Vivaldi", "vivaldi"},
	}
	i := slices.IndexFunc(all[:], func(b chromiumBrowser) bool { return b.family == name })
	if i < 0 {
		return chromiumBrowser{}, false
	}
	return all[i], true
}

// command returns the command that opens url in the profile with this name. If name is "", the
// browser chooses the profile.
func (b chromiumBrowser) command(name, url string, env []string) (command, error) {
	args := []string{url}
	if name != "" {
		dir, err := b.directory(name, env)
		if err != nil {
			return command{name: b.family}, err
		}
		args = []string{"--profile-directory=" + dir, url}
	}
	return firstProgram(b.family, installed(env, b.program, b.application, b.names...), env, args...)
}

// localStateLimit is the largest Local State that lanyard reads. The usual size is 100 kB.
const localStateLimit = 16 << 20

// directory returns the folder of a profile. It reads the names that the browser shows from the
// file Local State, and never changes this file. If no profile has the name, the name is the
// folder; the browser then creates a new profile there.
func (b chromiumBrowser) directory(name string, env []string) (string, error) {
	path := filepath.Join(userData(env, b.windows, b.mac, b.xdg), "Local State")
	data, err := datafile.Read(path, localStateLimit)
	if err != nil && !isMissing(err) {
		return "", fmt.Errorf("the profiles of %s: %w", b.family, err)
	}
	var state struct {
		Profile struct {
			Cache map[string]struct{ Name string } `json:"info_cache"`
		}
	}
	if err == nil {
		if err := json.Unmarshal(data, &state); err != nil {
			return "", fmt.Errorf("the profiles of %s: %s is not JSON", b.family, path)
		}
	}
	var dirs []string
	for dir, info := range state.Profile.Cache {
		if info.Name == name {
			dirs = append(dirs, dir)
		}
	}
	slices.Sort(dirs)
	switch _, isDir := state.Profile.Cache[name]; {
	case len(dirs) == 1:
		return dirs[0], nil
	case len(dirs) > 1 && !isDir:
		return "", fmt.Errorf("%d profiles of %s have the name %q: use one of the folders %s", len(dirs), b.family, name, terminal.Printable(strings.Join(dirs, ", ")))
	case strings.ContainsAny(name, `/\`) || strings.Trim(name, ".") == "" || terminal.Printable(name) != name:
		return "", fmt.Errorf("%q cannot be the folder of a profile", name)
	}
	return name, nil
}
