package leaktest_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
)

// quoted is all that a request has told, the secrets first.
func quoted(r *http.Request, body []byte) string {
	var b strings.Builder
	for _, name := range []string{"X-Amz-Sso_bearer_token", "X-Amz-Security-Token", "Authorization"} {
		if value := r.Header.Get(name); value != "" {
			fmt.Fprintf(&b, "%s:%s\n", strings.ToLower(name), value)
		}
	}
	fmt.Fprintf(&b, "%s %s %s", body, r.Method, r.URL)
	return b.String()
}

// speaksJSON tells the two services of Identity Center from the others.
func speaksJSON(r *http.Request) bool {
	for _, path := range []string{"/token", "/client/", "/device_authorization", "/assignment/", "/federation/", "/logout"} {
		if strings.HasPrefix(r.URL.Path, path) {
			return true
		}
	}
	return false
}

// inMessage refuses and says in every text of the refusal what was asked. AWS does
// so where a signature does not fit.
func inMessage(w http.ResponseWriter, r *http.Request, body []byte) bool {
	if isPage(r) {
		return false
	}
	text := quoted(r, body)
	if speaksJSON(r) {
		answer, _ := json.Marshal(map[string]string{ // strings marshal
			"error": "invalid_request", "error_description": text, "reason": text, "message": text, "__type": "com.amazonaws#InvalidRequestException",
		})
		send(w, http.StatusBadRequest, "application/json", string(answer))
		return true
	}
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder takes everything
	send(w, http.StatusForbidden, "text/xml", "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>"+b.String()+
		"</Message><CanonicalRequest>"+b.String()+"</CanonicalRequest></Error><RequestId>1</RequestId></ErrorResponse>")
	return true
}

// inCode refuses with what was asked in place of the error's code and of the
// request's id.
func inCode(w http.ResponseWriter, r *http.Request, body []byte) bool {
	if isPage(r) {
		return false
	}
	text := strings.NewReplacer("\n", " ", ":", "", "#", "").Replace(quoted(r, body))
	w.Header().Set("X-Amzn-Requestid", text)
	if speaksJSON(r) {
		answer, _ := json.Marshal(map[string]string{"__type": text, "error": text})
		send(w, http.StatusForbidden, "application/json", string(answer))
		return true
	}
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text))
	send(w, http.StatusForbidden, "text/xml", "<ErrorResponse><Error><Code>"+b.String()+"</Code><Message>no</Message></Error><RequestId>"+b.String()+"</RequestId></ErrorResponse>")
	return true
}

// noJSON says that all is well, in a form that no service has.
func noJSON(w http.ResponseWriter, r *http.Request, body []byte) bool {
	if isPage(r) {
		return false
	}
	send(w, http.StatusOK, "text/plain", quoted(r, body))
	return true
}

// wrongTypes answers with members that hold what was asked where numbers and dates
// belong.
func wrongTypes(w http.ResponseWriter, r *http.Request, body []byte) bool {
	if isPage(r) {
		return false
	}
	text := quoted(r, body)
	if !speaksJSON(r) {
		var b strings.Builder
		_ = xml.EscapeText(&b, []byte(text))
		send(w, http.StatusOK, "text/xml", "<"+strings.ReplaceAll(r.URL.Path, "/", "x")+">"+b.String()+"</no></such>")
		return true
	}
	answer, _ := json.Marshal(map[string]any{
		"accessToken": []string{text}, "expiresIn": text, "accountList": text, "roleList": text, "clientSecretExpiresAt": text,
		"roleCredentials": map[string]any{"accessKeyId": []string{text}, "secretAccessKey": 1, "sessionToken": 2, "expiration": text},
	})
	send(w, http.StatusOK, "application/json", string(answer))
	return true
}

// isPage says whether it is the person's browser that asks.
func isPage(r *http.Request) bool { return !speaksJSON(r) && r.Header.Get("Authorization") == "" }

func send(w http.ResponseWriter, status int, contentType, body string) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body)) // if this fails the client is gone
}
