// This file has the errors for profiles and sessions that do not exist. The hints name
// similar profiles and sessions.

package profile

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/typo"
)

// unknownPrefix begins the AWS CLI's message for a profile that does not exist.
const unknownPrefix = "The config profile ("

// Unknown reports whether an error of [Resolve] says that the profile does not exist.
func Unknown(err error) bool {
	var e *Error
	return errors.As(err, &e) && strings.HasPrefix(e.Msg, unknownPrefix)
}

// unknownProfile returns the error for a profile that does not exist.
func (r *resolver) unknownProfile(p *Profile, files *allFiles) *Error {
	e := &Error{Msg: unknownPrefix + p.Name + ") could not be found", Code: 255}
	if p.FromEnv && p.Name == "" {
		e.Hint = p.variable + " is set but empty: unset it, or give it the name of a profile"
		return e
	}
	lines := r.lookalikes(awsconfig.Profile, p.Name)
	if files.session(p.Name) != nil {
		lines = append(lines, "there is an [sso-session "+p.Name+"], but no profile of this name")
	}
	near := nearNames(p.Name, files.names)
	all := listNames("profiles", files.names)
	if n := len(files.names); n > fewNames && len(near) == 0 {
		all = []string{"the config has " + strconv.Itoa(n) + " profiles; to print their names, run: lanyard configure list-profiles"}
	}
	e.SetUp = len(lines)+len(near)+len(all) == 0
	switch {
	case len(near) > 0 && p.FromEnv:
		lines = append(lines, p.variable+" is set to this name; did you mean: "+strings.Join(near, ", "))
	case len(near) > 0:
		lines = append(lines, "did you mean: "+strings.Join(near, ", "))
	case p.FromEnv:
		lines = append(lines, p.variable+" is set to this name")
	}
	if len(near) < len(files.names) {
		lines = append(lines, all...)
	}
	e.Hint = strings.Join(lines, "\n")
	return e
}

// noSession returns the error for a session that does not exist.
func (r *resolver) noSession(name string, code int) error {
	e := &Error{Msg: "The specified sso-session does not exist: \"" + name + "\"", Code: code}
	quiet := resolver{Inputs: r.Inputs} // its warnings about other sections are dropped
	files, err := quiet.readAll()
	if err != nil {
		return err // this may be why the session was not found
	}
	if bare, cut := awsconfig.CutComment(name); cut {
		e.Hint = "put the comment after " + bare + " on its own line; here the comment is part of the name"
		return e
	}
	var names []string
	for _, s := range files.sessions {
		names = append(names, s.Name)
	}
	lines := r.lookalikes(awsconfig.SSOSession, name)
	if files.profiles[name].exists() {
		lines = append(lines, "there is a profile "+name+", but no session of this name")
	}
	near := nearNames(name, names)
	all := listNames("sessions", names)
	e.SetUp = len(lines)+len(near)+len(all) == 0
	if len(near) > 0 {
		lines = append(lines, "did you mean: "+strings.Join(near, ", "))
	}
	if len(near) < len(names) {
		lines = append(lines, all...)
	}
	e.Hint = strings.Join(lines, "\n")
	return e
}

// fewNames is the largest number of names that a hint lists.
const fewNames = 8

// lookalikes returns a line for each section that is probably the missing section with a typo in
// its header, such as [dev] for [profile dev].
func (r *resolver) lookalikes(kind awsconfig.Kind, name string) []string {
	var lines []string
	noun := "an sso-session"
	if kind == awsconfig.Profile {
		noun = "a profile"
	}
	header, err := awsconfig.Header(kind, name, false)
	if err != nil {
		return nil // the name is invalid
	}
	for _, title := range r.Config.Unused() {
		if looksLike(title.Text, kind, name) {
			lines = append(lines, r.Config.Path+": line "+strconv.Itoa(title.Line)+": ["+title.Text+"] is not read as "+noun+"; write "+header)
		}
	}
	if kind != awsconfig.Profile {
		return lines
	}
	sections, _, _ := r.Credentials.All() // an error was already reported
	for _, s := range sections {
		if s.Name == "profile "+name {
			lines = append(lines, s.Path+": line "+strconv.Itoa(s.Line)+": ["+s.Name+"] in a credentials file is a profile called \""+s.Name+"\"; write ["+name+"]")
		}
	}
	return lines
}

// looksLike reports whether the text of a header is probably a typo for the header of this
// kind and name. The header may have a typo in the first word, wrong separators, or no first
// word.
func looksLike(text string, kind awsconfig.Kind, name string) bool {
	words, want := foldWords(text), foldWords(name)
	before := len(words) - len(want)
	if before < 0 || len(want) == 0 || !slices.Equal(words[before:], want) {
		return false
	}
	const typos = 2
	switch word := strings.Join(words[:before], ""); kind {
	case awsconfig.Profile:
		return word == "" || typo.Distance(word, "profile", typos) <= typos
	case awsconfig.SSOSession:
		return word == "" || word == "sso" || word == "session" || typo.Distance(word, "ssosession", typos) <= typos
	}
	return false
}

// foldWords splits a text at white space and punctuation and returns its words in lower
// case.
func foldWords(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" \t-_.:=,\"'", r) })
}

// nearNames returns up to three names that the user may have meant: names with a typo, else
// names that contain the text that the user typed.
func nearNames(name string, names []string) []string {
	if near := typo.Nearest(name, names); len(near) > 0 {
		return near
	}
	var near []string
	for _, n := range names {
		if len(name) > 2 && strings.Contains(strings.ToLower(n), strings.ToLower(name)) {
			near = append(near, n)
		}
	}
	if len(near) > 3 {
		return nil // the text says too little
	}
	return near
}

// listNames returns a line with all names, or no line if the list is long.
func listNames(noun string, names []string) []string {
	if len(names) == 0 || len(names) > fewNames {
		return nil
	}
	return []string{"the " + noun + " are: " + strings.Join(names, ", ")}
}
