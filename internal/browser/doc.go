// Package browser opens a URL in the person's browser, without a shell, without
// our secrets, and without waiting for the browser to end.
package browser
