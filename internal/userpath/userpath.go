// Package userpath finds the files that a user names in a setting or a variable.
// It follows the AWS CLI, and so Python's os.path.expanduser and os.path.expandvars.
package userpath

import "runtime"

// An Env looks up an environment variable, as [os.LookupEnv] does.
type Env = func(name string) (value string, ok bool)

// Expand replaces the variables in a path and then a leading ~.
func Expand(path string, env Env) string {
	return ExpandUser(ExpandVars(path, env), env)
}

// ExpandUser replaces a leading ~ with the user's home folder and a leading ~NAME
// with that of another user. It returns the path unchanged if it does not know the
// folder.
func ExpandUser(path string, env Env) string {
	if runtime.GOOS == "windows" {
		return windowsUser(path, env)
	}
	return posixUser(path, env, passwd)
}

// ExpandVars replaces $NAME and ${NAME}, and %NAME% on Windows. A variable that is
// not set stays as it is written.
func ExpandVars(path string, env Env) string {
	if runtime.GOOS == "windows" {
		return windowsVars(path, env)
	}
	return posixVars(path, env)
}

// Home returns the user's home folder, the one that ~ stands for. It is "/" if HOME
// is set and empty. ok is false if neither the environment nor the system's list of
// users names a folder.
func Home(env Env) (home string, ok bool) {
	home = ExpandUser("~", env)
	return home, home != "~"
}
