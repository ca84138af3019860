package idcenter

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html"
	"net/http"
)

// This file has the pages that the browser shows at the end of a sign-in. The pages name no
// user and no session, because every program on this machine can read them.

// pageStyle is the stylesheet of the pages. The emulator's stylesheet begins with the same
// text.
//
//go:embed page.css
var pageStyle string

const pageFormat = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>%[1]s · Lanyard</title>
<style>%[2]s</style>
</head>
<body%[3]s>
<header><p class="brand">Lanyard</p></header>
<main>
<h1>%[1]s</h1>
%[4]s
</main>
</body>
</html>
`

// page returns a page with a title and the HTML that follows it.
func page(title, body string) string { return fmt.Sprintf(pageFormat, title, pageStyle, "", body) }

// successPage returns the page after a successful sign-in.
func successPage() string {
	return fmt.Sprintf(pageFormat, "You are signed in", pageStyle, ` class="good"`,
		"<p>Lanyard has stored the session. Your profiles can use the session now.</p>\n<p>You can close this tab and return to your terminal.</p>")
}

// failurePage returns the page after a sign-in that failed with err.
func failurePage(err error) string {
	var refused *CallbackError
	if errors.As(err, &refused) && refused.Code == "access_denied" {
		return page("Access denied", notice(refused.Description)+"<p>You are not signed in, and Lanyard has stored nothing.</p>\n"+
			"<p>If you chose Deny by mistake, run the command again in your terminal. You can close this tab.</p>")
	}
	return page("You are not signed in", notice(err.Error())+"<p>Your terminal shows what to do next. You can close this tab.</p>")
}

// notice returns the HTML of an error text, or "" if there is no text.
func notice(text string) string {
	if text == "" {
		return ""
	}
	return `<p class="notice" role="alert">` + html.EscapeString(text) + "</p>\n"
}

// waitingPage returns the page for a sign-in that has not ended within [pageBudget].
func waitingPage() string {
	return page("Still signing in", "<p>This takes longer than usual. Your terminal shows the result.</p>\n<p>You can close this tab.</p>")
}

// strangerPage returns the page for a request that does not belong to the sign-in.
func strangerPage() string {
	return page("Request ignored",
		"<p>Lanyard uses this address only to complete a sign-in. This request does not belong to the sign-in.</p>\n"+
			"<p>To sign in, open the URL that your terminal shows. You can close this tab.</p>")
}

// strict sets the headers of every response of the callback server. They forbid the browser
// to cache, frame or sniff a page, to run scripts, and to load anything.
func strict(h http.Header) {
	style := sha256.Sum256([]byte(pageStyle))
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(style[:])+
		"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
}
