package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// The shortest and the longest session of the console that AWS accepts.
const (
	MinDuration = 15 * time.Minute
	MaxDuration = 12 * time.Hour
)

// ParseDuration reads the length of a session: a number of seconds, or a duration such as 1h30m.
func ParseDuration(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if n, notSeconds := strconv.Atoi(s); notSeconds == nil {
		if n > int(MaxDuration/time.Second) {
			n = int(MaxDuration/time.Second) + 1 // no overflow below
		}
		d, err = time.Duration(n)*time.Second, nil
	}
	if err != nil || d < MinDuration || d > MaxDuration || d%time.Second != 0 {
		return 0, fmt.Errorf("%q is not a duration from 15m to 12h: write seconds (900 to 43200), or a duration such as 1h30m", s)
	}
	return d, nil
}

// Keys are the temporary credentials of a console session.
type Keys struct {
	AccessKeyID                   string
	SecretAccessKey, SessionToken secret.String
}

// A Federation makes links that sign in to the console with temporary credentials.
// Source: the IAM user guide, "Enable custom identity broker access to the AWS console".
type Federation struct {
	Base      string // the base URL of the endpoint: see [Partition.SignIn]
	HTTP      *http.Client
	UserAgent string // "" means Go's
}

// A RefusedError is an answer of the federation endpoint that is not a sign-in token.
type RefusedError struct {
	Host   string
	Status int
	Text   string // the endpoint's explanation; may be empty
}

func (e *RefusedError) Error() string {
	s := fmt.Sprintf("console sign-in at %s: the service answered %d %s", e.Host, e.Status, http.StatusText(e.Status))
	if e.Text != "" {
		s += ": " + e.Text
	}
	return s
}

// ExitStatus returns the exit code for errors of services.
func (e *RefusedError) ExitStatus() int { return 254 }

// tokenBudget is the time for the request of a sign-in token.
const tokenBudget = 30 * time.Second

// Token returns a sign-in token, which is valid for about 15 minutes. If duration is 0, AWS
// chooses the length of the session. The credentials are in the body of the request, because
// proxies log URLs.
func (f Federation) Token(ctx context.Context, k Keys, duration time.Duration) (secret.String, error) {
	session, err := json.Marshal(map[string]string{
		"sessionId": k.AccessKeyID, "sessionKey": k.SecretAccessKey.Reveal(), "sessionToken": k.SessionToken.Reveal(),
	})
	if err != nil {
		return secret.String{}, err
	}
	form := "Action=getSigninToken"
	if duration != 0 {
		form += "&SessionDuration=" + strconv.Itoa(int(duration/time.Second))
	}
	form += "&Session=" + escape(string(session))
	ctx, cancel := context.WithTimeout(ctx, tokenBudget)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.Base+"/federation", strings.NewReader(form))
	if err != nil {
		return secret.String{}, fmt.Errorf("console sign-in at %s: %w", f.Base, err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	if f.UserAgent != "" {
		req.Header.Set("User-Agent", f.UserAgent)
	}
	client := *f.HTTP
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // a redirect would send the credentials to another host
	resp, err := client.Do(req)
	if err != nil {
		return secret.String{}, fmt.Errorf("console sign-in at %s: %w", req.URL.Host, cause(err))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 256<<10))
	if err != nil {
		return secret.String{}, fmt.Errorf("console sign-in at %s: %w", req.URL.Host, err)
	}
	if resp.StatusCode != http.StatusOK {
		return secret.String{}, &RefusedError{req.URL.Host, resp.StatusCode, explanation(resp.Header.Get("Content-Type"), body, k)}
	}
	var out struct{ SigninToken string }
	if err := json.Unmarshal(body, &out); err != nil || out.SigninToken == "" {
		return secret.String{}, &RefusedError{req.URL.Host, resp.StatusCode, "the answer has no sign-in token"}
	}
	return secret.New(out.SigninToken), nil
}

// cause returns the error of a request without its URL.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// explanation returns the first line of a plain text answer, or "" if the answer is not plain
// text or contains a secret.
func explanation(contentType string, body []byte, k Keys) string {
	text, _, _ := strings.Cut(strings.TrimSpace(string(body)), "\n")
	if !strings.HasPrefix(contentType, "text/plain") || len(text) > 300 {
		return ""
	}
	for _, s := range []secret.String{k.SecretAccessKey, k.SessionToken} {
		if !s.IsZero() && strings.Contains(text, s.Reveal()) {
			return ""
		}
	}
	return terminal.Printable(text)
}

// Link returns the link that signs in to the console and opens the destination. The console sends
// the user to the issuer when the session ends; "" means no issuer. The link is a secret until
// its token expires.
func (f Federation) Link(token secret.String, destination, issuer string) secret.String {
	link := f.Base + "/federation?Action=login"
	if issuer != "" {
		link += "&Issuer=" + escape(issuer)
	}
	return secret.New(link + "&Destination=" + escape(destination) + "&SigninToken=" + escape(token.Reveal()))
}

// LogoutFirst is the federation endpoint that can end the session of a browser first. AWS has it
// in us-east-1 only.
const LogoutFirst = "https://us-east-1.signin.aws.amazon.com"

// AfterLogout returns the link that ends the console session of the browser, and then opens link.
func (f Federation) AfterLogout(link secret.String) secret.String {
	return secret.New(f.Base + "/oauth?Action=logout&redirect_uri=" + escape(link.Reveal()))
}
