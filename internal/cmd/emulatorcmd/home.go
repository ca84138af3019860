// The home folder of a program under emulator run, and its environment.

package emulatorcmd

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/signin"
)

// These variables tell a program in an emulator's home where the emulator is.
// They tell browse which variables were replaced, and their old values.
const (
	variablePrefix   = "LANYARD_EMULATOR_"
	urlVariable      = variablePrefix + "URL"
	standInVariable  = variablePrefix + "BROWSER"
	replacedVariable = variablePrefix + "REPLACED"
	wasPrefix        = variablePrefix + "WAS_"
)

// newHome makes a temporary home folder with a config.
func newHome(config string) (home string, err error) {
	if home, err = os.MkdirTemp(homeParent(), "lanyard-emulator-"); err != nil {
		return "", err
	}
	if _, err = writeConfig(filepath.Join(home, ".aws"), config); err != nil {
		_ = os.RemoveAll(home) // the first error is the one to tell
		return "", err
	}
	return home, nil
}

// homeParent returns the folder in which temporary homes are made; "" is the
// system's. BROWSER names a program in that home, and programs split BROWSER at
// blanks and colons, so TMPDIR must not hold any.
func homeParent() string {
	if runtime.GOOS != "windows" && strings.ContainsAny(os.TempDir(), " \t\n:%\"'\\") {
		return "/tmp"
	}
	return ""
}

// homeVariables returns the variables that lead a program to the emulator at base, and to
// the home. The address of the stand-in browser is "" if the user looks at the pages.
func homeVariables(app *command.App, home, base, profile, standIn string, c emulator.Config) ([]string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	find := []string{urlVariable + "=" + base}
	if standIn != "" {
		find = append(find, standInVariable+"="+standIn)
	}
	program, err := writeBrowser(home, self, find)
	if err != nil {
		return nil, err
	}
	set := append([]string{"HOME=" + home, "USERPROFILE=" + home, "BROWSER=" + program}, find...)
	for _, v := range variables(base, filepath.Join(home, ".aws"), profile) {
		set = append(set, v[0]+"="+v[1])
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

// noProxyVariables returns the variables that keep programs from a proxy on their way to
// the emulator, if the environment has a proxy.
func noProxyVariables(app *command.App) (set []string) {
	proxies := []string{"HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"}
	if !slices.ContainsFunc(proxies, func(name string) bool { return app.Env.Get(name) != "" }) {
		return nil
	}
	for _, name := range []string{"NO_PROXY", "no_proxy"} {
		if app.Env.Get(name) == "*" { // alone it means every host
			continue
		}
		set = append(set, name+"="+strings.TrimPrefix(app.Env.Get(name)+",127.0.0.1,localhost", ","))
	}
	return set
}

// homeEnvironment returns environ without AWS's variables, and with those of set. It keeps
// the other variables that it replaces under other names, for browse. Of two values in set
// the last one counts.
func homeEnvironment(environ, set []string) []string {
	values := map[string]string{}
	for _, kv := range set {
		name, value, _ := strings.Cut(kv, "=")
		values[name] = value
	}
	var env, replaced []string
	for _, kv := range environ {
		name, _, _ := strings.Cut(kv, "=")
		_, isSet := values[name]
		switch {
		case isOurs(name), name == signin.ChainVariable:
		case isSet, leads(name):
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

// usersEnvironment returns the environment from which homeEnvironment made environ,
// without AWS's variables.
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

// isOurs reports whether only we can have set a variable in such a home.
func isOurs(name string) bool {
	return strings.HasPrefix(name, "AWS_") || strings.HasPrefix(name, variablePrefix)
}

// leads reports whether a variable would lead a program out of its home.
func leads(name string) bool {
	return slices.Contains([]string{"HOMEDRIVE", "HOMEPATH", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"}, name)
}
