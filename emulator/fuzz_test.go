package emulator_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/lanyard-cli/lanyard/emulator"
)

// fuzzed returns an emulator with one session and its tokens.
func fuzzed(f *testing.F) (e *emulator.Emulator, id, secret, access, refresh string) {
	f.Helper()
	e, err := emulator.New(emulator.Config{Seed: 1, Now: fixedNow})
	if err != nil {
		f.Fatal(err)
	}
	id, secret = registerAt(f, e)
	access, refresh = deviceLogin(f, e, id, secret, "jane")
	return e, id, secret, access, refresh
}

// Any body leads to the response of the operation or to a client error.
func FuzzOIDCBodies(f *testing.F) {
	e, id, secret, _, refresh := fuzzed(f)
	f.Add("/client/register", `{"clientName":"n","clientType":"public","scopes":["a"],"redirectUris":["http://[::1]:0/%"]}`)
	f.Add("/device_authorization", `{"clientId":"`+id+`","clientSecret":"`+secret+`","startUrl":"https://d-1234567890.awsapps.com/start#"}`)
	f.Add("/token", `{"clientId":"`+id+`","clientSecret":"`+secret+`","grantType":"refresh_token","refreshToken":"`+refresh+`"}`)
	f.Add("/token", `{"clientId":1,"scope":null}`)
	f.Fuzz(func(t *testing.T, path, body string) {
		switch path {
		case "/client/register", "/device_authorization", "/token":
		default:
			path = "/token"
		}
		w := post(e, path, body)
		if w.Code != 200 && w.Code != 400 && w.Code != 401 {
			t.Errorf("status %d, body %s, want 200, 400 or 401", w.Code, w.Body)
		}
		if w.Code != 200 && (jsonField(t, w, "error") == "" || w.Header().Get("X-Amzn-Errortype") == "") {
			t.Errorf("status %d, header %v, body %s, want an error code in both", w.Code, w.Header(), w.Body)
		}
	})
}

// Only the tokens that the emulator issued are valid.
func FuzzTokens(f *testing.F) {
	e, id, secret, access, refresh := fuzzed(f)
	for _, s := range []string{access, refresh, access + "=", access + "\n", access[:len(access)-1], "aoa", "aor", "", strings.ToUpper(access)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, token string) {
		r := httptest.NewRequest("GET", "/assignment/accounts", nil)
		r.Header.Set("x-amz-sso_bearer_token", token)
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if want := token == access; (w.Code == 200) != want || !want && w.Code != 401 {
			t.Errorf("access token %q: %d", token, w.Code)
		}
		if token != refresh {
			w := post(e, "/token", `{"clientId":"`+id+`","clientSecret":"`+secret+`","grantType":"refresh_token","refreshToken":`+quote(token)+`}`)
			if w.Code == 200 {
				t.Errorf("refresh token %q works", token)
			}
		}
	})
}

// quote returns s as a JSON string. If s contains characters that tokens do not contain, quote
// returns another text that is not a valid token.
func quote(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c < ' ' || c == '"' || c == '\\' || c > '~' {
			c = '?'
		}
		b.WriteByte(c)
	}
	return `"` + b.String() + `"`
}

// For any query, a redirect leads to a registered program.
func FuzzAuthorize(f *testing.F) {
	e, _, _, _, _ := fuzzed(f)
	w := post(e, "/client/register", `{"clientName":"n","clientType":"public","scopes":["sso:account:access"],"redirectUris":["http://127.0.0.1/cb"]}`)
	id := jsonField(f, w, "clientId")
	f.Add("http://127.0.0.1:1/cb", "code", "x")
	f.Add("http://127.0.0.1:1/cb/", "token", "%")
	f.Add("http://127.0.0.1:1@example.com/cb", "code", "&redirect_uri=http://example.com")
	f.Add("http://127.0.0.1\\@example.com/cb", "code", "\r\nLocation: http://example.com")
	f.Fuzz(func(t *testing.T, redirect, responseType, state string) {
		q := url.Values{"client_id": {id}, "redirect_uri": {redirect}, "response_type": {responseType}, "state": {state}}
		for _, path := range []string{"/authorize?", "/start/authorize?"} {
			w := httptest.NewRecorder()
			r := httptest.NewRequest("GET", path+q.Encode(), nil)
			e.ServeHTTP(w, r)
			to := w.Header().Get("Location")
			u, err := url.Parse(to)
			switch {
			case w.Code == http.StatusBadRequest && to == "":
			case w.Code != http.StatusFound || err != nil:
				t.Errorf("status %d, redirect to %q, error %v, want 302", w.Code, to, err)
			case u.Host == "" && strings.HasPrefix(u.Path, "/start/"):
			case u.Scheme != "http" || u.Hostname() != "127.0.0.1" || u.Path != "/cb" || u.User != nil:
				t.Errorf("%q leads to %q", redirect, to)
			}
		}
	})
}

func FuzzSignedRequests(f *testing.F) {
	e, _, _, _, _ := fuzzed(f)
	const date = "20261122T120000Z"
	const auth = "AWS4-HMAC-SHA256 Credential=ASIAX/20261122/us-east-1/sts/aws4_request, SignedHeaders=host;x-amz-date, Signature=00"
	f.Add("/", "Action=GetCallerIdentity&Version=2011-06-15", auth, date)
	f.Add("/?list-type=2", "", strings.Replace(auth, "/sts/", "/s3/", 1), date)
	f.Add("/bucket%2F?list-type=2&max-keys=%", "", strings.Replace(auth, "host;", ";;", 1), date)
	f.Add("/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2Fb", "Action=DescribeInstances&Version=2016-11-15", "", "")
	f.Fuzz(func(t *testing.T, target, body, auth, date string) {
		u, err := url.ParseRequestURI(target)
		if err != nil || !strings.HasPrefix(target, "/") || u.Host != "" {
			return
		}
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.URL = u
		if u.Query().Has("list-type") {
			r.Method = "GET"
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Authorization", auth)
		r.Header.Set("X-Amz-Date", date)
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if strings.Contains(w.Body.String(), "Result>") || w.Code >= 500 && w.Code != 501 {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	})
}

func FuzzPageForms(f *testing.F) {
	e, _, _, _, _ := fuzzed(f)
	f.Add("/start/signin", "csrf=x&username=jane&continue=//example.com", "idc-x=y")
	f.Add("/start/device", "user_code=%ff", "")
	f.Fuzz(func(t *testing.T, path, form, cookie string) {
		switch path {
		case "/start/signin", "/start/device", "/start/authorize", "/start/signout":
		default:
			path = "/start/signin"
		}
		w := post(e, path, form, "Cookie", cookie)
		if w.Code != 400 && w.Code != 403 {
			t.Errorf("%s: %d to %q", path, w.Code, w.Header().Get("Location"))
		}
	})
}

func FuzzAdminBodies(f *testing.F) {
	f.Add("faults", `{"operation":"x","count":1,"probability":0.5,"delay":"1ms","status":429}`)
	f.Add("advance", `{"duration":"-8h"}`)
	f.Add("approve", `{"userCode":"BCDF-GHJK","user":"jane"}`)
	f.Fuzz(func(t *testing.T, what, body string) {
		e, err := emulator.New(emulator.Config{Now: fixedNow, AdminToken: "t"})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("POST", "/_emulator/x", strings.NewReader(body))
		r.URL.Path, r.Host = "/_emulator/"+what, "127.0.0.1"
		r.Header.Set("Authorization", "Bearer t")
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Errorf("%s %s: %d %s", what, body, w.Code, w.Body)
		}
	})
}

func FuzzFederation(f *testing.F) {
	e, _, _, _, _ := fuzzed(f)
	f.Add("getSigninToken", `{"sessionId":"ASIAX","sessionKey":"x","sessionToken":"eA=="}`, "900")
	f.Add("login", "", "x")
	f.Fuzz(func(t *testing.T, action, session, other string) {
		q := url.Values{"Action": {action}, "Session": {session}, "SessionDuration": {other}, "SigninToken": {other}, "Destination": {session}}
		w := httptest.NewRecorder()
		e.ServeHTTP(w, httptest.NewRequest("GET", "/federation?"+q.Encode(), nil))
		if w.Code != 400 && w.Code != 403 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

// For any parameters, AssumeRole answers with credentials or with an error of AWS.
func FuzzAssumeRole(f *testing.F) {
	e, _, _, _, _ := fuzzed(f)
	f.Add("RoleArn=" + operateRole + "&RoleSessionName=ci&Tags.member.1.Key=a&Tags.member.1.Value=%ff&TransitiveTagKeys.member.1=A")
	f.Add("RoleArn=" + secureRole + "&RoleSessionName=ci&SerialNumber=" + robinsDevice + "&TokenCode=000000")
	f.Add("RoleArn=arn:aws:iam::1:role/&Policy=[]&PolicyArns.member.1.arn=&DurationSeconds=99999999999999999999")
	f.Add("RoleArn=" + operateRole + "&RoleSessionName=ci&Policy=%20%7B%7D&ExternalId=&SourceIdentity=a:b")
	f.Fuzz(func(t *testing.T, parameters string) {
		body := "Action=AssumeRole&Version=2011-06-15&" + parameters
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		sum := sha256.Sum256([]byte(body))
		if err := v4.NewSigner().SignHTTP(t.Context(), robin(), r, hex.EncodeToString(sum[:]), "sts", "us-east-1", fixedNow()); err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		switch ok := strings.Contains(w.Body.String(), "<SecretAccessKey>"); {
		case ok && w.Code == 200, !ok && (w.Code == 400 || w.Code == 403) && strings.Contains(w.Body.String(), "<Code>"):
		case w.Code == 501: // another Version
		default:
			t.Errorf("%s: %d %s", parameters, w.Code, w.Body)
		}
	})
}

// Only the issued text is a valid web identity token.
func FuzzWebIdentityToken(f *testing.F) {
	e, _, _, _, _ := fuzzed(f)
	token := e.WebIdentityToken("repo:example/app", "sts.amazonaws.com", time.Hour)
	for _, s := range []string{token, token + "=", token + "\n", token[:len(token)-1], token[:len(token)-1] + "_", "a.b.c", "....", "", strings.ToUpper(token)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		in := url.Values{"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"}, "RoleArn": {pipelineRole}, "RoleSessionName": {"ci"}, "WebIdentityToken": {text}}
		w := post(e, "/", in.Encode(), "Content-Type", "application/x-www-form-urlencoded")
		if want := text == token; (w.Code == 200) != want || !want && w.Code != 400 {
			t.Errorf("%q: %d %s", text, w.Code, w.Body)
		}
	})
}
