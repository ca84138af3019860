package emulator_test

import (
	"cmp"
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

	"github.com/lanyard-cli/lanyard/emulator"
)

// A chromium is a real browser. It takes pictures of the pages if EMULATOR_SCREENSHOTS names a
// folder: light and dark, for a desktop and for two phones.
type chromium struct {
	*tester
	ctx context.Context
}

// newChromium starts a browser. It skips the test if Chromium is not installed.
func newChromium(x *tester) *chromium {
	x.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = cmp.Or(path, p)
		}
	}
	if path == "" {
		x.Skip("no Chromium on this machine")
	}
	if testing.Short() {
		x.Skip("Chromium takes seconds to start")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(x.TempDir()),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	x.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	x.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 5*time.Minute)
	x.Cleanup(stop)
	return &chromium{x, ctx}
}

func (b *chromium) run(actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.Fatal(err)
	}
}

// faults is a script that returns the mistakes in the layout of a page.
const faults = `(() => {
	const found = [], root = document.scrollingElement;
	const name = e => e.tagName.toLowerCase() + " " + (e.id || e.name || e.textContent.trim());
	const first = document.querySelector("main form[method=post] input:not([type=hidden])");
	if (first && document.activeElement.tagName !== "INPUT") found.push("no input has the focus");
	if (root.scrollWidth > innerWidth) found.push("the page is " + root.scrollWidth + " px wide");
	for (const e of document.querySelectorAll("input:not([type=hidden])"))
		if (!e.labels.length) found.push(name(e) + " has no label");
	for (const e of document.querySelectorAll("a, button, input:not([type=hidden])")) {
		const r = e.getBoundingClientRect();
		if (r.width < 44 || r.height < 44) found.push(name(e) + " measures " + r.width + " x " + r.height + " px");
	}
	const numbers = s => s.match(/[\d.]+/g).map(Number);
	const luminance = s => numbers(s).slice(0, 3).map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
	for (const e of document.querySelectorAll("body *")) {
		if (![...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim())) continue;
		let back = e;
		while (back !== document.body && numbers(getComputedStyle(back).backgroundColor)[3] === 0) back = back.parentElement;
		const [low, high] = [getComputedStyle(e).color, getComputedStyle(back).backgroundColor].map(luminance).sort((a, b) => a - b);
		const contrast = (high + .05) / (low + .05);
		if (contrast < 4.5) found.push(name(e) + " has a contrast of " + contrast.toFixed(2));
	}
	return found;
})()`

// checkPage waits for the page with this id, checks its layout in every width and color scheme, and
// takes its pictures.
func (b *chromium) checkPage(id string) {
	b.Helper()
	b.run(chromedp.WaitVisible(chromedp.CSS("main#"+id)), chromedp.Poll[chromedp.Void](`document.readyState === "complete"`))
	dir := os.Getenv("EMULATOR_SCREENSHOTS")
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{1000, 390, 360} {
			media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
			if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, media); err != nil {
				b.Fatal(err)
			}
			b.run(chromedp.EmulateViewport(width, 700))
			found, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](faults))
			if err != nil {
				b.Fatal(err)
			}
			for _, fault := range found {
				b.Errorf("page %s, %s, %d px wide: %s", id, scheme, width, fault)
			}
			if dir == "" {
				continue
			}
			png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
			if err != nil {
				b.Fatal(err)
			}
			file := filepath.Join(dir, fmt.Sprintf("%s-%s-%s-%d.png", strings.ReplaceAll(b.Name(), "/", "-"), id, scheme, width))
			if err := os.WriteFile(file, png, 0o600); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func (b *chromium) fill(name, text string) chromedp.Action[chromedp.Void] {
	return chromedp.SetValue(chromedp.CSS(fmt.Sprintf("main input[name=%q]", name)), text)
}

func (b *chromium) press(button string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS("main " + button))
}

func (b *chromium) text(selector string) string {
	b.Helper()
	s, err := chromedp.Run(b.ctx, chromedp.Text(chromedp.CSS(selector)))
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// waitAnswer waits until the browser has opened the program's callback.
func (b *chromium) waitAnswer() {
	b.Helper()
	for {
		where, err := chromedp.Run(b.ctx, chromedp.Location())
		if err != nil {
			b.Fatal(err)
		}
		if strings.HasPrefix(where, b.callback) {
			return
		}
	}
}

func browserConfig() emulator.Config {
	c := emulator.BuiltIn()
	c.Now = time.Now // the real time, because Chromium uses it to expire cookies
	return c
}

func TestChromiumSignsInByPKCE(t *testing.T) {
	b := newChromium(newTester(t, browserConfig()))
	b.run(chromedp.Navigate(b.srv.URL + "/authorize?" + b.authorizeQuery().Encode()))
	b.checkPage("signin")
	b.run(b.fill("username", "alice"), b.fill("password", "wrong"), b.press("button.primary"), chromedp.WaitVisible(chromedp.CSS("#message")))
	b.checkPage("signin")
	if got := b.text("#message"); !strings.Contains(got, "wrong") {
		t.Errorf("message after a wrong password = %q, want wrong in it", got)
	}
	b.run(b.fill("password", "correct horse"), b.press("button.primary"))
	b.checkPage("consent")
	if got := b.text("main .client"); got != "tester" {
		t.Errorf("the consent page names the client %q, want tester", got)
	}
	b.run(b.press(`button[value="allow"]`))
	b.waitAnswer()
	b.keep(b.must(200, "/token", b.codeBody(b.answer().Get("code"))))
	if !b.valid() {
		t.Error("the token does not work")
	}
	// The user is still signed in, so the next program needs only the consent.
	b.run(chromedp.Navigate(b.srv.URL + "/authorize?" + b.authorizeQuery().Encode()))
	b.checkPage("consent")
	b.run(b.press(`button[value="deny"]`))
	b.waitAnswer()
	if b.answer().Get("error") != "access_denied" || b.answer().Has("code") {
		t.Errorf("after Deny, the program got %v, want access_denied", b.answer())
	}
	b.run(chromedp.Navigate(b.srv.URL + "/authorize?client_id=unknown"))
	b.checkPage("failure")
	b.run(chromedp.Navigate(b.srv.URL)) // the user is still signed in
	b.checkPage("portal")
}

func TestChromiumSignsInByDeviceCode(t *testing.T) {
	b := newChromium(newTester(t, browserConfig()))
	start := map[string]any{"clientId": b.id, "clientSecret": b.secret, "startUrl": b.startURL}
	dev := b.must(200, "/device_authorization", start)
	b.run(chromedp.Navigate(dev["verificationUri"].(string)))
	b.checkPage("signin")
	b.run(b.fill("username", "sam"), b.fill("password", "battery staple"), b.press("button.primary"), chromedp.WaitVisible(chromedp.CSS("#code")))
	code, err := emulator.TOTPCode("JBSWY3DPEHPK3PXP", b.srv.Now())
	if err != nil {
		t.Fatal(err)
	}
	b.checkPage("signin")
	b.run(b.fill("password", "battery staple"), b.fill("code", code), b.press("button.primary"))
	b.checkPage("device")
	b.run(b.fill("user_code", "BCDF-GHJK"), b.press("button.primary"), chromedp.WaitVisible(chromedp.CSS("#message")))
	b.checkPage("device")
	b.run(b.fill("user_code", strings.ToLower(strings.ReplaceAll(dev["userCode"].(string), "-", " "))), b.press("button.primary"))
	b.checkPage("confirm")
	if got := b.text("main .shown"); got != dev["userCode"] {
		t.Errorf("the page shows the code %q, want the device's code %v", got, dev["userCode"])
	}
	b.run(b.press(`button[value="allow"]`))
	b.checkPage("done")
	b.keep(b.must(200, "/token", b.token(grantDevice, "deviceCode", dev["deviceCode"].(string))))
	if !b.valid() {
		t.Error("the token does not work")
	}
	dev = b.must(200, "/device_authorization", start)
	b.run(chromedp.Navigate(dev["verificationUriComplete"].(string)))
	b.checkPage("confirm")
	b.run(b.press(`button[value="deny"]`))
	b.checkPage("done")
	b.fails(400, "AccessDeniedException", "access_denied", "/token", b.token(grantDevice, "deviceCode", dev["deviceCode"].(string)))
}

func TestChromiumUsesThePortal(t *testing.T) {
	b := newChromium(newTester(t, browserConfig()))
	b.run(chromedp.Navigate(b.srv.URL))
	b.checkPage("signin")
	b.run(b.fill("username", "jane"), b.press("button.primary"))
	b.checkPage("portal")
	b.run(b.fill("q", "account1"), b.press(".search button"), chromedp.WaitNotPresent(chromedp.CSS("#a444455556666")))
	b.run(chromedp.Click(chromedp.CSS("main .roles a")))
	b.checkPage("keys")
	if got := b.text("pre"); !strings.HasPrefix(got, `export AWS_ACCESS_KEY_ID="ASIA`) {
		t.Errorf("credentials = %.40q, want lines for a shell", got)
	}
	b.run(chromedp.Click(chromedp.CSS("main a.primary")))
	b.checkPage("console")
	if got := b.text("#destination"); got != "https://console.aws.amazon.com/" {
		t.Errorf("destination = %q, want https://console.aws.amazon.com/", got)
	}
	b.run(chromedp.Click(chromedp.CSS("main a")))
	b.checkPage("portal")
	b.run(chromedp.Click(chromedp.CSS("header button")))
	b.checkPage("signin")
}

// A shortcut link of the portal opens the console, before and after the sign-in.
func TestChromiumOpensShortcutLinks(t *testing.T) {
	b := newChromium(newTester(t, browserConfig()))
	const link = "/start/#/console?account_id=111122223333&role_name=AdministratorAccess&destination=https%3A%2F%2Fconsole.aws.amazon.com%2Fs3%2Fhome%3Fa%3D%252B%26b%3D%C3%BC%23c"
	const destination = "https://console.aws.amazon.com/s3/home?a=%2B&b=ü#c"
	b.run(chromedp.Navigate(b.srv.URL + link))
	b.checkPage("signin")
	b.run(b.fill("username", "jane"), b.press("button.primary"))
	for range 2 {
		b.checkPage("console")
		if got := b.text("#destination"); got != destination {
			t.Errorf("destination = %q, want %q", got, destination)
		}
		if got := b.text("main"); !strings.Contains(got, "111122223333") || !strings.Contains(got, "AWSReservedSSO_AdministratorAccess_") {
			t.Errorf("the console has no account or role: %s", got)
		}
		b.run(chromedp.Navigate("about:blank"), chromedp.Navigate(b.srv.URL+link))
	}
	b.run(chromedp.Navigate("about:blank"), chromedp.Navigate(b.srv.URL+"/start/#/console?account_id=444455556666&role_name=AdministratorAccess"))
	b.checkPage("failure")
	b.run(chromedp.Navigate("about:blank"), chromedp.Navigate(b.srv.URL+"/start/#/other"))
	b.checkPage("portal")
}

// Names come from the organization and from programs. Long names may have no blanks, so a page
// must break lines within a name.
func TestChromiumFitsLongNames(t *testing.T) {
	long := strings.Repeat("long-name_", 6)
	c := emulator.Config{
		Now:            time.Now,
		Users:          []emulator.User{{Name: long}},
		Accounts:       []emulator.Account{{ID: "111122223333", Name: long, Email: long + "@example.com"}},
		PermissionSets: []emulator.PermissionSet{{Name: long[:32]}},
		Assignments:    []emulator.Assignment{{User: long, Accounts: []string{"*"}, PermissionSets: []string{"*"}}},
	}
	b := newChromium(newTester(t, c))
	reg := b.must(200, "/client/register", map[string]any{
		"clientName": long, "clientType": "public", "scopes": []string{long}, "redirectUris": []string{"http://127.0.0.1/oauth/callback"},
	})
	b.id = reg["clientId"].(string)
	q := b.authorizeQuery()
	q.Del("scopes")
	b.run(chromedp.Navigate(b.srv.URL + "/authorize?" + q.Encode()))
	b.checkPage("signin")
	b.run(b.fill("username", long), b.press("button.primary"))
	b.checkPage("consent")
	b.run(chromedp.Navigate(b.srv.URL))
	b.checkPage("portal")
	b.run(chromedp.Click(chromedp.CSS("main .roles a")))
	b.checkPage("keys")
	b.run(chromedp.Click(chromedp.CSS("main a.primary")))
	b.checkPage("console")
}
