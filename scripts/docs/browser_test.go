package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// newChromium starts a browser without a network. It skips the test if Chromium is not installed.
func newChromium(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"google-chrome", "chromium-browser", "chromium"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
		}
	}
	if path == "" {
		t.Skip("no Chromium on this machine")
	}
	if testing.Short() {
		t.Skip("Chromium takes seconds to start")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND"))
	ctx, stop := chromedp.NewExecAllocator(t.Context(), opts...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(stop)
	return ctx
}

// faults is a script that returns the mistakes in the layout of a page.
const faults = `(() => {
	const found = [], root = document.scrollingElement;
	if (root.scrollWidth > innerWidth) found.push("the page is " + root.scrollWidth + " px wide");
	const numbers = s => s.match(/[\d.]+/g).map(Number);
	const luminance = s => numbers(s).slice(0, 3).map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
	const seen = new Set();
	for (const e of document.querySelectorAll("body *")) {
		if (![...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim())) continue;
		let back = e;
		while (back !== document.body && numbers(getComputedStyle(back).backgroundColor)[3] === 0) back = back.parentElement;
		const [low, high] = [getComputedStyle(e).color, getComputedStyle(back).backgroundColor].map(luminance).sort((a, b) => a - b);
		const contrast = (high + .05) / (low + .05);
		const fault = e.tagName.toLowerCase() + " has a contrast of " + contrast.toFixed(2);
		if (contrast < 4.5 && !seen.has(fault)) { seen.add(fault); found.push(fault); }
	}
	return found;
})()`

// Each page fits a phone. Some pages are also checked on a desktop, in light and dark.
// DOCS_SCREENSHOTS names a folder for pictures of these pages.
func TestLayout(t *testing.T) {
	ctx := newChromium(t)
	dir := t.TempDir()
	if _, err := writeSite(os.DirFS("../.."), dir); err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob(filepath.Join(dir, "*.html"))
	if err != nil || len(pages) < 100 {
		t.Fatalf("found %d pages, %v", len(pages), err)
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(400, 900)); err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		if err := chromedp.Do(ctx, chromedp.Navigate(fileURL(page))); err != nil {
			t.Fatal(err)
		}
		width, err := chromedp.Run(ctx, chromedp.Evaluate[int]("document.scrollingElement.scrollWidth"))
		if err != nil {
			t.Fatal(err)
		}
		if width > 400 {
			t.Errorf("%s is %d px wide, want at most 400", filepath.Base(page), width)
		}
	}
	for _, scheme := range []string{"light", "dark"} {
		media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
		if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media); err != nil {
			t.Fatal(err)
		}
		for _, width := range []int64{400, 1400} {
			for _, name := range []string{"index", "start", "environment", "messages", "comparison", "troubleshooting", "lanyard-exec", "reference"} {
				err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(fileURL(filepath.Join(dir, name+".html"))))
				if err != nil {
					t.Fatal(err)
				}
				found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](faults))
				if err != nil {
					t.Fatal(err)
				}
				for _, fault := range found {
					t.Errorf("%s, %s, %d px: %s", name, scheme, width, fault)
				}
				if pictures := os.Getenv("DOCS_SCREENSHOTS"); pictures != "" {
					if err := capture(ctx, filepath.Join(pictures, fmt.Sprintf("%s-%s-%d.png", name, scheme, width))); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
}

// fileURL returns the URL of a file.
func fileURL(path string) string {
	return "file:///" + strings.TrimPrefix(filepath.ToSlash(path), "/")
}

// capture writes a picture of the visible part of the page.
func capture(ctx context.Context, file string) error {
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return err
	}
	return os.WriteFile(file, png, 0o600)
}

// The search works without a server and without a network.
func TestSearch(t *testing.T) {
	ctx := newChromium(t)
	dir := t.TempDir()
	if _, err := writeSite(os.DirFS("../.."), dir); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ query, first string }{
		{"use-device-code", "device"},
		{"auto_login", "signin.html#sign-in-automatically-auto_login"},
		{"glossary", "glossary.html"},
		{"sso login", "lanyard-sso-login.html"},
		{"session end", "sessions.html#the-session-end"},
		{"lanyard: The SSO session associated with this profile has expired or is otherwise invalid.", "messages.html#sign-ins-and-sessions"},
		{"lanyard: The config profile (dve) could not be found", "messages.html#"},
		{"the start URL https://d-1234567890.awsapps.com/start belongs to the region eu-west-1, but sso_region is us-east-1", "messages.html#"},
	} {
		err := chromedp.Do(ctx, chromedp.Navigate(fileURL(filepath.Join(dir, "index.html"))),
			chromedp.SendKeys(chromedp.CSS("#query"), test.query), chromedp.WaitVisible(chromedp.CSS("#results a")))
		if err != nil {
			t.Fatal(err)
		}
		if file := os.Getenv("DOCS_SCREENSHOTS"); file != "" {
			if err := capture(ctx, filepath.Join(file, "search.png")); err != nil {
				t.Fatal(err)
			}
		}
		found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`[...document.querySelectorAll("#results a")].slice(0, 3).map(a => a.href + " " + a.textContent)`))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(strings.Join(found, "\n"), test.first) {
			t.Errorf("the first pages for %q are %q, want %s", test.query, found, test.first)
		}
	}
	// A message of an error leads to its row.
	err := chromedp.Do(ctx, chromedp.Navigate(fileURL(filepath.Join(dir, "index.html"))),
		chromedp.SendKeys(chromedp.CSS("#query"), "The config profile (dve) could not be found"), chromedp.WaitVisible(chromedp.CSS("#results a")),
		chromedp.Click(chromedp.CSS("#results a")), chromedp.WaitVisible(chromedp.CSS("table")))
	if err != nil {
		t.Fatal(err)
	}
	visible := `(() => {
		const row = [...document.querySelectorAll("td")].find(e => e.textContent.startsWith("The config profile")), at = row.getBoundingClientRect().top;
		return at >= 0 && at < innerHeight;
	})()`
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](visible, chromedp.WithPollingTimeout(20*time.Second))); err != nil {
		t.Errorf("the row of the message is not visible: %v", err)
	}
	err = chromedp.Do(ctx, chromedp.Navigate(fileURL(filepath.Join(dir, "index.html"))),
		chromedp.SendKeys(chromedp.CSS("#query"), "zebrafish"), chromedp.WaitVisible(chromedp.CSS("#results p")))
	if err != nil {
		t.Fatal(err)
	}
}
