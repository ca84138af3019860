// The home folder and the environment of a program under emulator run.

package emulatorcmd

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credentials"
)

// These variables have the address of the emulator. For browse, they also have the names and the old
// values of the variables that emulator run has replaced.
const (
	variablePrefix   = "LANYARD_EMULATOR_"
	urlVariable      = variablePrefix + "URL"
	approverVariable = variablePrefix + "BROWSER"
	replacedVariable = variablePrefix + "REPLACED"
	wasPrefix        = variablePrefix + "WAS_"
)

// newHome creates a temporary home folder with a config.
func newHome(config string) (home string, err error) {
	if home, err = os.MkdirTemp(homeParent(), "lanyard-emulator-"); err != nil {
		return "", err
	}
	if _, err = writeConfig(filepath.Join(home, ".aws"), config); err != nil {
		_ = os.RemoveAll(home) // return the first error
		return "", err
	}
	return home, nil
}

// homeParent returns the folder for temporary home folders. "" is the folder of the system.
// BROWSER names a program in the home folder, and programs split BROWSER at blanks and colons. So
// the path must contain neither.
func homeParent() string {
	if runtime.GOOS != "windows" && strings.ContainsAny(os.TempDir(), " \t\n:%\"'\\") {
		return "/tmp"
	}
	return ""
}

// homeVariables returns the variables that point a program at the home folder and at the
// emulator. approver is the address of the auto-approve browser, or "" if the user opens the
// pages.
func homeVariables(app *command.App, home, base, profile, approver string, c emulator.Config) ([]string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	find := []string{urlVariable + "=" + base}
	if approver != "" {
		find = append(find, approverVariable+"="+approver)
	}
	program, err := writeBrowser(home, self, find)
	if err != nil {
		return nil, err
	}
	set := append([]string{"HOME=" + home, "USERPROFILE=" + home, "BROWSER=" + program}, find...)
	for _, v := range variables(base, filepath.Join(home, ".aws"), profile) {
		set = append(set, v[0]+"="+v[1])
	}
	if c.Forward != "" {
		set = append(set, allVariable+"="+base)
	}
	for name, dir := range map[string]string{"APPDATA": "Roaming", "LOCALAPPDATA": "Local"} {
		if app.Env.Get(name) != "" {
			set = append(set, name+"="+filepath.Join(home, "AppData", dir))
		}
	}
	if c.AdminToken != "" {
		set = append(set, adminVariable+"="+c.AdminToken)
	}
	return append(set, noProxyVariables(app)...), nil
}

// noProxyVariables returns the variables that make programs connect to the emulator
// without a proxy. It returns nil if the environment has no proxy.
func noProxyVariables(app *command.App) (variables []string) {
	proxies := []string{"HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"}
	if !slices.ContainsFunc(proxies, func(name string) bool { return app.Env.Get(name) != "" }) {
		return nil
	}
	for _, name := range []string{"NO_PROXY", "no_proxy"} {
		if app.Env.Get(name) == "*" { // "*" means all hosts
			continue
		}
		variables = append(variables, name+"="+strings.TrimPrefix(app.Env.Get(name)+",127.0.0.1,localhost", ","))
	}
	return variables
}

// homeEnvironment returns environ without AWS variables, and with the added variables. It saves
// replaced variables under other names, so that browse can restore them. If added has a variable
// twice, it uses the last value.
func homeEnvironment(environ, added []string) []string {
	values := map[string]string{}
	for _, kv := range added {
		name, value, _ := strings.Cut(kv, "=")
		values[name] = value
	}
	var env, replaced []string
	for _, kv := range environ {
		name, _, _ := strings.Cut(kv, "=")
		_, isSet := values[name]
		switch {
		case isOurs(name), name == credentials.ChainVariable:
		case isSet, leadsOut(name):
			env = append(env, wasPrefix+kv)
		default:
			env = append(env, kv)
		}
	}
	for name, value := range values {
		env = append(env, name+"="+value)
		if !isOurs(name) {
			replaced = append(replaced, name)
		}
	}
	slices.Sort(replaced)
	return append(env, replacedVariable+"="+strings.Join(replaced, ","))
}

// usersEnvironment reverts homeEnvironment: it returns the user's environment without AWS variables.
func usersEnvironment(environ []string) []string {
	var env, replaced []string
	for _, kv := range environ {
		if names, ok := strings.CutPrefix(kv, replacedVariable+"="); ok {
			replaced = strings.Split(names, ",")
		}
	}
	for _, kv := range environ {
		name, _, _ := strings.Cut(kv, "=")
		was, saved := strings.CutPrefix(kv, wasPrefix)
		switch {
		case saved:
			env = append(env, was)
		case isOurs(name), slices.Contains(replaced, name):
		default:
			env = append(env, kv)
		}
	}
	return env
}

// isOurs reports whether homeEnvironment removes or sets the variable, because it is for AWS or
// for the emulator.
func isOurs(name string) bool {
	return strings.HasPrefix(name, "AWS_") || strings.HasPrefix(name, variablePrefix)
}

// leadsOut reports whether a variable points a program at a folder outside the home.
func leadsOut(name string) bool {
	return slices.Contains([]string{"HOMEDRIVE", "HOMEPATH", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"}, name)
}

// removeHome removes a temporary home. Windows does not remove a file that a program runs from or
// has open, so removeHome waits for the browser and other children to end.
func removeHome(home string) error {
	for begun := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		err := os.RemoveAll(home)
		if err == nil || time.Since(begun) >= removeFor {
			return err
		}
	}
}
