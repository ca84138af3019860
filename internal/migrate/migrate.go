// Package migrate reads the files of other programs for IAM Identity Center, and plans the sections
// that the AWS config needs for the same roles. A plan only adds sections, so the other program
// keeps all of its profiles. [Read] reads the files, and [New] makes the plan.
//
// The sources of the programs describe their files. Each file of this package names the sources and
// the versions that it follows.
package migrate

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/shell"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// The names of the programs, as the user types them.
const (
	Granted    = "granted"
	AWSSSOCLI  = "aws-sso-cli"
	AWSVault   = "aws-vault"
	AWSSSOUtil = "aws-sso-util"
	Leapp      = "leapp"
)

// Tools returns the names of the programs that [Read] knows.
func Tools() []string { return []string{Granted, AWSSSOCLI, AWSVault, AWSSSOUtil, Leapp} }

// HasFile reports whether a program has a settings file of its own. The other programs keep
// everything in the AWS config.
func HasFile(tool string) bool { return tool == Granted || tool == AWSSSOCLI || tool == Leapp }

// Input is what [Read] needs to find the files of a program.
type Input struct {
	File      string // the settings file of the program; "" means the file that the program uses
	Home      string // the user's home folder
	LookupEnv func(string) (string, bool)

	// Config and Credentials are the paths of the AWS config and of the credentials file.
	Config, Credentials string

	// MachineID returns the id of this computer, from which Leapp makes the key of its file. nil
	// means the id of the system.
	MachineID func() (string, error)
}

// A Source holds what the files of a program say.
type Source struct {
	Tool    string
	Files   []string // that exist, in the order in which they were read
	Portals []*Portal
	Entries []Entry
	Notes   []string // what the user should know, apart from the entries

	config *config

	// reserved has the names of profiles that the program may still write to the AWS config or to the
	// credentials file. Two profiles with one name would break the file for the AWS CLI.
	reserved []string
}

// A Portal is an access portal of Identity Center in the files of a program. Portals are compared by
// pointer, because two portals with the same start URL may be the sign-ins of two people.
type Portal struct {
	Name             string // in the program; "" if the program has no name for it
	StartURL, Region string
	Place            string // file and line
	Declared         bool   // the program's settings name the portal, so it gets a session in any case
}

// An Entry is a profile, a role or a session of the program. At most one of Kept, Impossible, Role
// and Assume is set.
type Entry struct {
	Name  string // in the program
	Place string // file and line

	Kept       string // why the entry needs no change
	Impossible string // why lanyard cannot take over the entry

	Role   *Role
	Assume *Assume

	Region   string
	Settings []awsconfig.Setting // more settings for the new profile

	// Wanted is the name of the new profile if it is free. "" means Name.
	Wanted string

	alias string // for the Source of an [Assume]; may be ""
}

// A Role is a role of Identity Center.
type Role struct {
	Portal          *Portal
	AccountID, Name string
}

// An Assume is an IAM role that the credentials of another entry assume.
type Assume struct {
	ARN, ExternalID, SessionName, SourceIdentity string

	Source string // the alias of the other entry, or the key of its Role

	via  *Role  // the role of the other entry, if the program names the role
	from string // the other entry, for messages
}

// An Error reports a file of a program that cannot be read. Its exit code is 253.
type Error struct {
	Msg, Hint string
	err       error
}

func (e *Error) Error() string { return e.Msg }

// Unwrap returns the error of the file, or nil.
func (e *Error) Unwrap() error { return e.err }

// ExitStatus returns 253.
func (e *Error) ExitStatus() int { return 253 }

// NextStep returns the hint.
func (e *Error) NextStep() string { return e.Hint }

// Read reads the files of a program. An error is an *[Error], an *[awsconfig.ParseError] of the AWS
// config or the credentials file, or the error of a file that cannot be read.
func Read(tool string, in Input) (*Source, error) {
	c, err := readConfig(in.Config, in.Credentials)
	if err != nil {
		return nil, err
	}
	s := &Source{Tool: tool, config: c}
	if c.found {
		s.Files = append(s.Files, in.Config)
	}
	read := map[string]func(*Source, Input) error{
		Granted: readGranted, AWSSSOCLI: readAWSSSOCLI, AWSVault: readAWSVault, AWSSSOUtil: readAWSSSOUtil, Leapp: readLeapp,
	}[tool]
	if read == nil {
		return nil, fmt.Errorf("package migrate does not know %s", tool)
	}
	return s, read(s, in)
}

// A config holds the sections of the AWS config, and the names of the profiles in the credentials
// file.
type config struct {
	path                 string
	found                bool
	profiles, sessions   []*awsconfig.Section
	withKeys, unreadable map[string]bool // by name: profiles of the credentials file; headers that the AWS CLI ignores
}

// readConfig reads the AWS config and the credentials file.
func readConfig(configPath, credentialsPath string) (*config, error) {
	content, found, err := readOptional(configPath, datafile.ConfigLimit)
	if err != nil {
		return nil, err
	}
	text, unreadable := quoteHeaders(string(content))
	c := &config{path: configPath, found: found, withKeys: map[string]bool{}, unreadable: unreadable}
	sections, _, err := awsconfig.NewDoc(configPath, false, text).All()
	if err != nil {
		return nil, err
	}
	for _, s := range sections {
		switch s.Kind {
		case awsconfig.Profile:
			c.profiles = append(c.profiles, s)
		case awsconfig.SSOSession:
			c.sessions = append(c.sessions, s)
		}
	}
	content, _, err = readOptional(credentialsPath, datafile.ConfigLimit)
	if err != nil {
		return nil, err
	}
	sections, _, err = awsconfig.NewDoc(credentialsPath, true, string(content)).All()
	if err != nil {
		return nil, err
	}
	for _, s := range sections {
		c.withKeys[s.Name] = true
	}
	return c, nil
}

// settingsLimit is the largest size in bytes of the settings file of a program. Leapp's file has all
// roles of the user.
const settingsLimit = 16 << 20

// readOptional reads a file of at most limit bytes that may be missing.
func readOptional(path string, limit int64) (content []byte, found bool, err error) {
	if path == "" {
		return nil, false, nil
	}
	content, err = datafile.Read(path, limit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	return content, err == nil, err
}

// quoteHeaders quotes the names in headers like [profile Dev Account:Admin], which aws-sso-cli
// writes. The AWS CLI ignores such a section, because the name has no quotes. The lines keep their
// numbers. names has the names of these sections.
func quoteHeaders(content string) (quoted string, names map[string]bool) {
	names = map[string]bool{}
	if !strings.Contains(content, "[profile ") {
		return content, names
	}
	var b strings.Builder
	for line := range strings.Lines(content) {
		text := strings.TrimRight(line, "\r\n")
		name, ok := strings.CutPrefix(text, "[profile ")
		name, closed := strings.CutSuffix(name, "]")
		name = strings.TrimSpace(name)
		if ok && closed && strings.ContainsAny(name, " \t") && !strings.ContainsAny(name, `'"\]`) {
			names[name] = true
			line = "[profile '" + name + "']" + line[len(text):]
		}
		b.WriteString(line)
	}
	return b.String(), names
}

// settingsFile reads the settings file of a program. If the user names no file, the file may be
// missing.
func (s *Source) settingsFile(in Input, named, usual string) (path string, content []byte, err error) {
	if in.File != "" {
		named = in.File
	}
	path = usual
	if named != "" {
		path = userpath.ExpandUser(named, in.LookupEnv)
	}
	content, found, err := readOptional(path, settingsLimit)
	switch {
	case err != nil:
		return path, nil, err
	case !found && named != "":
		return path, nil, &Error{Msg: path + ": the file of " + s.Tool + " does not exist", Hint: "name the file: --file FILE"}
	case found:
		s.Files = append(s.Files, path)
	}
	return path, content, nil
}

// nothing returns the error for a program without entries. path is its settings file, or "".
func (s *Source) nothing(path string) error {
	text := "no profile of " + s.config.path + " belongs to " + s.Tool
	hint := "check that " + s.Tool + " uses this config, or set AWS_CONFIG_FILE"
	if path != "" {
		text += ", and " + path + " does not exist"
		hint = "name the file of " + s.Tool + ": --file FILE"
	}
	return &Error{Msg: text, Hint: hint}
}

// at returns a place for messages.
func at(path string, line int) string { return fmt.Sprintf("%s: line %d", path, line) }

// value returns the value of a key of a section, or "".
func value(s *awsconfig.Section, key string) string {
	v, _ := s.Get(key)
	return v.Value
}

// words splits a credential_process. It returns nil if the line cannot be split.
func words(line string) []string {
	if runtime.GOOS == "windows" {
		list, ok := shell.SplitWindows(line)
		if !ok {
			return nil
		}
		return list
	}
	list, err := shell.Split(line)
	if err != nil {
		return nil
	}
	return list
}

// program returns the name of the program in a command line, without folder and extension.
func program(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return strings.TrimSuffix(path.Base(strings.ReplaceAll(words[0], `\`, "/")), ".exe")
}

// flags returns the values of the flags that take a value, and the other words. names maps each
// spelling of a flag to the key of its value. Flags that are not in names take no value.
func flags(words []string, names map[string]string) (values map[string]string, rest []string) {
	values = map[string]string{}
	for i := 0; i < len(words); i++ {
		name, v, joined := strings.Cut(words[i], "=")
		key, known := names[name]
		switch {
		case known && joined:
			values[key] = v
		case known && i+1 < len(words):
			i++
			values[key] = words[i]
		case !strings.HasPrefix(words[i], "-"):
			rest = append(rest, words[i])
		}
	}
	return values, rest
}

// portal returns the portal with a start URL and a region that only profiles name.
func (s *Source) portal(startURL, region, place string) *Portal {
	for _, p := range s.Portals {
		if p.sameAs(startURL, region) {
			return p
		}
	}
	p := &Portal{StartURL: startURL, Region: region, Place: place}
	s.Portals = append(s.Portals, p)
	return p
}
