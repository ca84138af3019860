package idcenter

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"net/http"
	"time"
)

// The pages on which a sign-in ends. Their URLs carry nothing.
const (
	donePath   = "/oauth/done"
	failedPath = "/oauth/failed"
)

const pageStyle = `:root{color-scheme:light dark}body{font:1.1rem/1.6 system-ui,sans-serif;max-width:34rem;margin:18vh auto;padding:0 1.5rem}` +
	`h1{font-size:1.6rem;line-height:1.25}pre{white-space:pre-wrap;overflow-wrap:anywhere;font-size:.95rem;border-left:4px solid #c0392b;padding-left:1rem}`

const pageFormat = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%s</title>
<style>` + pageStyle + `</style>
</head>
<body>
<main role="status">
<h1>%s</h1>
%s
</main>
</body>
</html>
`

const strangerPage = `<!DOCTYPE html>
<html lang="en"><title>Not this way</title><p>This address only waits for the end of a sign-in, and this is not it.</p></html>
`

// strict sets the headers of everything that the callback sends: nothing is
// kept, framed, run, guessed or passed on.
func strict(h http.Header) {
	style := sha256.Sum256([]byte(pageStyle))
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(style[:])+
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
}

// show holds the visitor until the round is over, and tells them how it ended.
// Success has a URL of its own, so that a reload of it cannot show a failure.
func (r *round) show(w http.ResponseWriter, req *http.Request) {
	select {
	case <-r.over:
	case <-req.Context().Done():
		return
	case <-time.After(pageBudget):
		w.WriteHeader(http.StatusGatewayTimeout)
		_, _ = io.WriteString(w, page("Still signing in", "<p>See the terminal for how it goes on. You may close this tab.</p>"))
		return
	}
	right := donePath
	if r.failure != nil {
		right = failedPath
	}
	if req.URL.Path != right {
		w.Header().Set("Location", right)
		w.WriteHeader(http.StatusSeeOther)
		return
	}
	if r.failure == nil {
		_, _ = io.WriteString(w, page("You are signed in", "<p>The terminal has what it needs. You may close this tab.</p>"))
	} else {
		_, _ = io.WriteString(w, page("You are not signed in", "<pre>"+html.EscapeString(r.failure.Error())+
			"</pre>\n<p>See the terminal for how to go on. You may close this tab.</p>"))
	}
	r.shown.Do(func() { close(r.seen) })
}

// page is a page with a title and the HTML below it.
func page(title, body string) string { return fmt.Sprintf(pageFormat, title, title, body) }
