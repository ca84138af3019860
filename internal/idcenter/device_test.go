package idcenter

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func refusal(status int, code string) error {
	return &ServiceError{Operation: "CreateToken", Status: status, Code: code}
}

// An answerQueue is a service that gives these answers in turn, and counts them. nil means a
// grant.
type answerQueue struct {
	list  []error
	asked int
}

func (a *answerQueue) ask() (Grant, error) {
	err := a.list[min(a.asked, len(a.list)-1)]
	a.asked++
	return Grant{}, err
}

func TestPoll(t *testing.T) {
	var (
		pending = refusal(400, "AuthorizationPendingException")
		slow    = refusal(400, "SlowDownException")
		denied  = refusal(400, "AccessDeniedException")
		lapsed  = refusal(400, "ExpiredTokenException")
		busy    = refusal(429, "TooManyRequestsException")
		fault   = refusal(500, "InternalServerException")
		gone    = &ConnectError{URL: "u"}
		plain   = &ServiceError{Status: 400, Code: "400", Details: [][2]string{{"error", "authorization_pending"}}}
	)
	tests := []struct {
		name    string
		answers []error
		want    error
		after   time.Duration
	}{
		{"approved at once", []error{nil}, nil, 5 * time.Second},
		{"approved later", []error{pending, pending, nil}, nil, 15 * time.Second},
		{"an error without the service's code", []error{plain, nil}, nil, 10 * time.Second},
		{"too fast", []error{slow, pending, slow, nil}, nil, (5 + 10 + 10 + 15) * time.Second},
		{"throttled", []error{busy, pending, nil}, nil, (5 + 10 + 10) * time.Second},
		{"no network for a while", []error{gone, gone, gone, gone, gone, nil}, nil, 30 * time.Second},
		{"faults for a while", []error{fault, fault, fault, pending, fault, nil}, nil, 30 * time.Second},
		{"faults that stay", []error{fault}, fault, 20 * time.Second},
		{"denied", []error{pending, denied}, denied, 10 * time.Second},
		{"limit of the service", []error{pending, lapsed}, ErrExpired, 10 * time.Second},
		{"limit of the caller", []error{pending}, ErrExpired, 62 * time.Second},
		{"limit of the caller, no network", []error{pending, gone}, gone, 62 * time.Second},
		{"cancelled", []error{context.Canceled}, context.Canceled, 5 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				p := poll{interval: 5 * time.Second, deadline: start.Add(62 * time.Second)}
				a := &answerQueue{list: tt.answers}
				_, err := p.run(t.Context(), a.ask)
				if err != tt.want || time.Since(start) != tt.after { //nolint:errorlint // as it is
					t.Errorf("%v after %v, want %v after %v", err, time.Since(start), tt.want, tt.after)
				}
			})
		})
	}
}

func TestPollCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 7*time.Second)
		defer cancel()
		start := time.Now()
		p := poll{interval: 5 * time.Second, deadline: start.Add(time.Minute)}
		a := &answerQueue{list: []error{refusal(400, "AuthorizationPendingException")}}
		if _, err := p.run(ctx, a.ask); err != context.DeadlineExceeded || time.Since(start) != 7*time.Second { //nolint:errorlint // as it is
			t.Errorf("%v after %v, want context.DeadlineExceeded after 7 s", err, time.Since(start))
		}
	})
}

// deviceService returns a sign-in service for device codes. token replies to each attempt; nil
// means that the user never approves.
func deviceService(token http.HandlerFunc) http.HandlerFunc {
	return oidc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/device_authorization":
			_, _ = io.WriteString(w, `{"deviceCode":"device-code-of-the-test","userCode":"ABCD-EFGH","verificationUri":"https://device.example/",`+
				`"verificationUriComplete":"https://device.example/?user_code=ABCD-EFGH","expiresIn":600,"interval":1}`)
		case token != nil:
			token(w, r)
		default:
			always(400, "X-Amzn-ErrorType: AuthorizationPendingException", `{"error":"authorization_pending"}`)(w, r)
		}
	})
}

// If the first attempt ends the sign-in, the client shows nothing.
func TestFirstAttempt(t *testing.T) {
	tests := []struct {
		name  string
		token http.HandlerFunc
		want  string // part of the expected error; "" means no error
		shown bool
	}{
		{name: "approved already", token: grants},
		{
			name: "denied", token: always(400, "X-Amzn-ErrorType: AccessDeniedException", `{"error":"access_denied","error_description":"User denied"}`),
			want: "An error occurred (AccessDeniedException) when calling the CreateToken operation:\n\nAdditional error details:\nerror: access_denied\nerror_description: User denied",
		},
		{name: "expired", token: always(400, "X-Amzn-ErrorType: ExpiredTokenException", `{"error":"expired_token"}`), want: ErrExpired.Error()},
		{
			name: "fault", token: always(500, "X-Amzn-ErrorType: InternalServerException", `{"error":"server_error","error_description":"oops"}`),
			want: "An error occurred (InternalServerException) when calling the CreateToken operation (reached max retries: 1):\n\nAdditional error details:\nerror: server_error\nerror_description: oops",
		},
		{name: "throttled", token: always(429, "", "{}"), want: ErrExpired.Error(), shown: true},
		{name: "pending", want: ErrExpired.Error(), shown: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := clientAt(t, deviceService(tt.token))
			var shown strings.Builder
			_, err := c.SignIn(t.Context(), SignIn{
				StartURL: startURL, Device: true, Timeout: 100 * time.Millisecond,
				Show: func(text string) { shown.WriteString(text) },
			})
			if err == nil && tt.want != "" || err != nil && err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
			if (shown.Len() > 0) != tt.shown {
				t.Errorf("shown %q, want any text: %v", &shown, tt.shown)
			}
		})
	}
}

// The client checks the texts and URLs of a server before it shows or opens them.
func TestHostileDeviceReply(t *testing.T) {
	c := clientAt(t, oidc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/device_authorization" {
			_, _ = io.WriteString(w, `{"deviceCode":"device-code-of-the-test","userCode":"AB\u001b[2JCD","verificationUri":"file:///etc/\u0007passwd",`+
				`"verificationUriComplete":"file:///bin/sh","expiresIn":-1,"interval":-5}`)
			return
		}
		always(400, "X-Amzn-ErrorType: AuthorizationPendingException", "{}")(w, r)
	}))
	var shown strings.Builder
	_, err := c.SignIn(t.Context(), SignIn{
		StartURL: startURL, Device: true, Timeout: 100 * time.Millisecond,
		Show: func(text string) { shown.WriteString(text) },
		Open: func(_ context.Context, url string) error { t.Errorf("opened %s", url); return nil },
	})
	if !errors.Is(err, ErrExpired) {
		t.Error(err)
	}
	if strings.ContainsAny(shown.String(), "\x1b\x07") || !strings.Contains(shown.String(), "AB[2JCD") {
		t.Errorf("shown: %q, want the code without control characters", &shown)
	}

	for _, reply := range []string{"{}", `{"deviceCode":"d","userCode":"u"}`, "<html>"} {
		c := clientAt(t, oidc(always(200, "", reply)))
		if _, err := c.SignIn(t.Context(), SignIn{StartURL: startURL, Device: true}); !errors.As(err, new(*ReplyError)) {
			t.Errorf("%s: %v, want a ReplyError", reply, err)
		}
	}
}
