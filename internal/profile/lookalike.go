package profile

import (
	"slices"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// fewNames is how many names a hint lists in full.
const fewNames = 8

// lookalikes returns a line for each section that seems to be meant as the profile or
// session of the name, but is not read as one: [dev] for [profile dev].
func (r *resolver) lookalikes(kind awsconfig.Kind, name string) []string {
	var lines []string
	noun := "an sso-session"
	if kind == awsconfig.Profile {
		noun = "a profile"
	}
	header, err := awsconfig.Header(kind, name, false)
	if err != nil {
		return nil // no file can have this name
	}
	for _, title := range r.Config.Unused() {
		if means(title.Text, kind, name) {
			lines = append(lines, r.Config.Path+": line "+strconv.Itoa(title.Line)+": ["+title.Text+"] is not read as "+noun+"; write "+header)
		}
	}
	if kind != awsconfig.Profile {
		return lines
	}
	sections, _, _ := r.Credentials.All() // the look-up of the profile has reported the error
	for _, s := range sections {
		if s.Name == "profile "+name {
			lines = append(lines, s.Path+": line "+strconv.Itoa(s.Line)+": ["+s.Name+"] is read as a profile of this whole name; write ["+name+"] in this file")
		}
	}
	return lines
}

// means reports whether the text of a header seems to be meant for the name, with a
// typo in the word before it, the wrong separators, or no such word at all.
func means(text string, kind awsconfig.Kind, name string) bool {
	words, want := foldWords(text), foldWords(name)
	before := len(words) - len(want)
	if before < 0 || len(want) == 0 || !slices.Equal(words[before:], want) {
		return false
	}
	const typos = 2
	switch word := strings.Join(words[:before], ""); kind {
	case awsconfig.Profile:
		return word == "" || distance(word, "profile", typos) <= typos
	case awsconfig.SSOSession:
		return word == "" || word == "sso" || word == "session" || distance(word, "ssosession", typos) <= typos
	}
	return false
}

// foldWords splits a text into its words in lower case, at white space and punctuation.
func foldWords(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" \t-_.:=,\"'", r) })
}

// listNames returns a line with all names, if they are few.
func listNames(noun string, names []string) []string {
	if len(names) == 0 || len(names) > fewNames {
		return nil
	}
	return []string{"the " + noun + " are: " + strings.Join(names, ", ")}
}
