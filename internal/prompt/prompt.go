// Package prompt describes the profile in use and its session in a few words, for the prompt
// of a shell. It must be fast, so it only reads the config and a token. It takes no lock,
// writes no file, makes no request and asks no agent.
package prompt

import (
	"cmp"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// The states of a session, as "status --output json" names them. A segment without a session
// has no state.
const (
	Valid       = "valid"       // the token, or the keys of the environment, are valid
	Refreshable = "refreshable" // the token has expired, and the next use refreshes it
	Expired     = "expired"     // the user must sign in
	SignedOut   = "none"        // there is no token
	Unknown     = "unknown"     // the token is not in a file
)

// A Segment describes a profile and its session.
type Segment struct {
	Profile     string `json:"profile"`
	AccountID   string `json:"accountId,omitempty"`
	AccountName string `json:"accountName,omitempty"`
	Role        string `json:"role,omitempty"`
	Region      string `json:"region,omitempty"`
	State       string `json:"state,omitempty"`
	ExpiresAt   string `json:"expiresAt,omitempty"` // of the token, or of the keys
	ExpiresIn   *int   `json:"expiresInSeconds,omitempty"`
}

// errNone means that no profile is in use.
var errNone = errors.New("no profile is in use")

// Find returns the segment of the profile that the flag or the environment names. It returns
// an error if no profile is named, or if the settings of the profile are wrong.
//
// Programs prefer keys in the environment to AWS_PROFILE. So if there are keys, Find describes
// the profile in LANYARD_PROFILE, which names the owner of the keys. Without LANYARD_PROFILE,
// Find returns an error.
func Find(flag string, lookupEnv func(string) (string, bool), now time.Time) (Segment, error) {
	env := func(name string) string {
		v, _ := lookupEnv(name)
		return v
	}
	given := env("LANYARD_PROFILE")
	if flag == "" && env("AWS_ACCESS_KEY_ID") != "" {
		if given == "" {
			return Segment{}, errNone
		}
		return ofKeys(given, env, now), nil
	}
	if flag == "" && given == "" && env("AWS_PROFILE") == "" && env("AWS_DEFAULT_PROFILE") == "" {
		return Segment{}, errNone
	}
	p, err := resolve(cmp.Or(flag, given), lookupEnv)
	if err != nil {
		return Segment{}, err
	}
	seg := Segment{Profile: p.Name, AccountID: p.AccountID, Role: p.RoleName, Region: p.Region}
	if name, ok := p.Get("sso_account_name"); ok {
		seg.AccountName = name.Value
	}
	if seg.AccountID == "" && p.Kind == profile.AssumeRole {
		arn, _ := p.Get("role_arn")
		seg.AccountID, seg.Role = ofRole(arn.Value)
	}
	if p.Kind != profile.SSO && p.Kind != profile.None && p.Kind != profile.AssumeRole {
		return seg, nil
	}
	s, err := p.LoginSession()
	home, ok := userpath.Home(lookupEnv)
	if err != nil || !ok {
		return seg, nil //nolint:nilerr // the profile has no session, or the folder of tokens is unknown
	}
	seg.addSession(ssocache.Dir{Home: home}, s, now)
	return seg, nil
}

// resolve returns the profile. It reads only this profile and the profiles in its settings.
func resolve(name string, lookupEnv func(string) (string, bool)) (*profile.Profile, error) {
	config, credentials := profile.Paths(lookupEnv)
	in := profile.Inputs{Profile: name, LookupEnv: lookupEnv}
	wanted := profile.Name(name, lookupEnv)
	var err error
	if in.Config, err = awsconfig.ReadFor(config, false, wanted); err != nil {
		return nil, err
	}
	if in.Credentials, err = awsconfig.ReadFor(credentials, true, wanted); err != nil {
		return nil, err
	}
	p, _, err := profile.Resolve(in)
	return p, err
}

// ofKeys returns the segment of the keys that "lanyard exec" and "lanyard env" have put into
// the environment.
func ofKeys(name string, env func(string) string, now time.Time) Segment {
	seg := Segment{Profile: name, AccountID: env("AWS_ACCOUNT_ID"), Region: cmp.Or(env("AWS_REGION"), env("AWS_DEFAULT_REGION"))}
	if end, err := ssocache.ParseTime(env("AWS_CREDENTIAL_EXPIRATION")); err == nil {
		seg.until(end, now)
		if seg.State = Valid; !end.After(now) {
			seg.State = Expired
		}
	}
	return seg
}

// ofRole returns the account and the role of an ARN: arn:aws:iam::ACCOUNT:role/PATH/ROLE.
func ofRole(arn string) (account, role string) {
	fields := strings.SplitN(arn, ":", 6)
	if len(fields) != 6 || !profile.ValidAccountID(fields[4]) {
		return "", ""
	}
	return fields[4], fields[5][strings.LastIndexByte(fields[5], '/')+1:]
}

// addSession adds the state of a session.
func (seg *Segment) addSession(cache ssocache.Dir, s profile.Session, now time.Time) {
	if cache.HasMarker(s.Key()) {
		seg.State = Unknown
		return
	}
	tok, err := cache.LoadToken(s.Key())
	found := err == nil && tok.Belongs(s.StartURL, s.Region)
	if err != nil && !errors.Is(err, ssocache.ErrNotFound) {
		seg.State = Unknown
		return
	}
	usable := func(tok ssocache.Token) bool {
		return tok.Left(now) > 0 || tok.Refreshable(now) && s.AutoRefresh != profile.Off
	}
	if s.Name == "" && !(found && usable(tok)) {
		if other, ok := sibling(cache, s, usable); ok {
			tok, found = other, true
		}
	}
	if !found {
		seg.State = SignedOut
		return
	}
	seg.until(tok.ExpiresAt, now)
	switch {
	case tok.Left(now) > 0:
		seg.State = Valid
	case usable(tok):
		seg.State = Refreshable
	default:
		seg.State = Expired
	}
}

// sibling returns a usable token of another legacy session with the same portal. Legacy profiles
// of one portal share a sign-in, and only one of their files has the refresh token.
func sibling(cache ssocache.Dir, s profile.Session, usable func(ssocache.Token) bool) (ssocache.Token, bool) {
	entries, err := os.ReadDir(cache.SSO())
	if err != nil {
		return ssocache.Token{}, false
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".json") {
			continue
		}
		tok, err := ssocache.Load(cache.SSO()+string(os.PathSeparator)+e.Name(), ssocache.ParseToken)
		if err == nil && tok.Belongs(s.StartURL, s.Region) && usable(tok) {
			return tok, true
		}
	}
	return ssocache.Token{}, false
}

func (seg *Segment) until(end, now time.Time) {
	left := int(end.Sub(now) / time.Second)
	seg.ExpiresAt, seg.ExpiresIn = ssocache.FormatTime(end), &left
}

// Text returns the segment as text. It replaces these names in the format:
//
//	{text}     the profile, the account and the session, if they are known
//	{profile}  the name of the profile
//	{account}  the name of the account, or its number
//	{role}     the role
//	{region}   the region
//	{session}  the time left, or the state
//
// An empty format means "{text}". Invisible characters become U+FFFD.
func (seg Segment) Text(format string) string {
	account := cmp.Or(seg.AccountName, seg.AccountID)
	known := slices.DeleteFunc([]string{seg.Profile, account, seg.session()}, func(part string) bool { return part == "" })
	return printable(strings.NewReplacer("{text}", strings.Join(known, " "), "{profile}", seg.Profile, "{account}", account,
		"{role}", seg.Role, "{region}", seg.Region, "{session}", seg.session()).Replace(cmp.Or(format, "{text}")))
}

// session returns the time left of a valid session, or the word for its state.
func (seg Segment) session() string {
	switch seg.State {
	case Valid:
		return formatLeft(*seg.ExpiresIn)
	case Expired:
		return "ended"
	case SignedOut:
		return "signed out"
	case Unknown:
		return ""
	}
	return seg.State
}

// formatLeft formats a number of seconds: "4h05m", "42m", "30s".
func formatLeft(seconds int) string {
	minutes := seconds / 60
	switch {
	case minutes == 0:
		return strconv.Itoa(seconds) + "s"
	case minutes < 60:
		return strconv.Itoa(minutes) + "m"
	}
	rest := strconv.Itoa(minutes % 60)
	if len(rest) == 1 {
		rest = "0" + rest
	}
	return strconv.Itoa(minutes/60) + "h" + rest + "m"
}

// printable replaces invisible characters and line breaks.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}
