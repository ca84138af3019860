package idcenter

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/lanyard-cli/lanyard/emulator/web"
)

func callbackPages() map[string]string {
	return map[string]string{
		"success":  successPage(),
		"denied":   failurePage(&CallbackError{Code: "access_denied", Description: "The user denied the request"}),
		"failure":  failurePage(errors.New("session corp: " + strings.Repeat("no-blank", 20) + "\n<b>second line</b>")),
		"waiting":  waitingPage(),
		"stranger": strangerPage(),
	}
}

// A user sees a page of the emulator and then a callback page, so they look alike.
func TestPagesShareTheStyleOfTheEmulator(t *testing.T) {
	if !strings.HasPrefix(string(web.Style()), pageStyle) {
		t.Error("page.css differs from the beginning of emulator/web/style.css")
	}
}

func TestPagesSayWhatToDoNext(t *testing.T) {
	for name, text := range callbackPages() {
		for _, want := range []string{
			`<html lang="en">`, `<meta name="viewport" content="width=device-width, initial-scale=1">`, "You can close this tab", " terminal",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("page %s lacks %q:\n%s", name, want, text)
			}
		}
		if strings.Contains(text, "<b>") || strings.Contains(text, "<script") {
			t.Errorf("page %s contains unescaped text:\n%s", name, text)
		}
	}
}

// This test writes pictures of the pages to the folder in CALLBACK_SCREENSHOTS.
func TestChromiumShowsPagesOnAPhone(t *testing.T) {
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
	pages := callbackPages()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		strict(w.Header())
		_, _ = w.Write([]byte(pages[strings.Trim(r.URL.Path, "/")]))
	}))
	defer srv.Close()
	ctx, stop := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))...)
	defer stop()
	ctx, stop = chromedp.NewContext(ctx)
	defer stop()
	ctx, stop = context.WithTimeout(ctx, 5*time.Minute)
	defer stop()
	for name := range pages {
		for _, scheme := range []string{"light", "dark"} {
			media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(360, 700), chromedp.Navigate(srv.URL+"/"+name)); err != nil {
				t.Fatal(err)
			}
			if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media); err != nil {
				t.Fatal(err)
			}
			got, err := chromedp.Run(ctx, chromedp.Evaluate[map[string]any](`({
				wide: document.scrollingElement.scrollWidth > innerWidth, back: getComputedStyle(document.body).backgroundColor,
			})`))
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]string{"light": "rgb(243, 244, 247)", "dark": "rgb(18, 22, 28)"}[scheme]
			if got["wide"] != false || got["back"] != want {
				t.Errorf("page %s, %s, 360 px wide: %v, want the background %s and no horizontal scrolling", name, scheme, got, want)
			}
			if dir := os.Getenv("CALLBACK_SCREENSHOTS"); dir != "" {
				png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, name+"-"+scheme+".png"), png, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}
