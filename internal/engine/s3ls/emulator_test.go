package s3ls

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/emulator/emulatortest"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

const (
	account = "111122223333"
	mib     = 1 << 20
)

// stock returns the built-in organization with the buckets that the captured runs of the AWS CLI
// list.
func stock() emulator.Config {
	at := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	c := emulator.BuiltIn()
	c.Buckets = []emulator.Bucket{
		{Account: account, Name: "my-bucket", Created: time.Date(2024, 3, 1, 12, 34, 56, 0, time.UTC), Objects: []emulator.Object{
			{Key: "a.txt", Size: 1, Modified: at},
			{Key: "dir/b file.bin", Size: mib, Modified: at},
			{Key: "dir/sub/c.tar", Size: 1536 * mib, Modified: at},
			{Key: "dir/üml.txt", Size: 2048, Modified: at},
			{Key: "z.log", Size: 10, Modified: at},
		}},
		{Account: account, Name: "other-bucket", Created: time.Date(2025, 12, 31, 23, 59, 59, 0, time.UTC), Region: "eu-central-1"},
		{Account: account, Name: "odd-keys", Created: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Objects: []emulator.Object{
			{Key: "/leading", Modified: at},
			{Key: "100%", Size: 123_456_789_012, Modified: at},
			{Key: "a+b c", Size: 3, Modified: at},
			{Key: "a//b", Modified: at},
			{Key: "bell\a\x1b[31m\r\nline", Modified: at},
			{Key: "folder/", Modified: at},
			{Key: "folder/x", Size: 5, Modified: at},
			{Key: "&<>\"'", Modified: at},
			{Key: "😀/🚀", Size: 7, Modified: at},
		}},
		{Account: "444455556666", Name: "not-janes"},
	}
	return c
}

// A noRegistrations stores no client registration, so each sign-in registers a client.
type noRegistrations struct{}

func (noRegistrations) Load() (idcenter.Registration, bool) { return idcenter.Registration{}, false }
func (noRegistrations) Save(idcenter.Registration) error    { return nil }
func (noRegistrations) Drop(string) error                   { return nil }

// emulated returns a client for the emulator with jane's credentials.
func emulated(t *testing.T, srv *emulatortest.Server) *call.Client {
	t.Helper()
	idc, err := idcenter.New(idcenter.Options{Region: "us-east-1", OIDCEndpoint: srv.URL, PortalEndpoint: srv.URL})
	if err != nil {
		t.Fatal(err)
	}
	result, err := idc.SignIn(t.Context(), idcenter.SignIn{
		SessionName: "corp", StartURL: srv.StartURL(), Scopes: []string{"sso:account:access"}, Registrations: noRegistrations{},
		Open: func(ctx context.Context, url string) error { return srv.SignIn(ctx, url, "jane") },
		Show: func(string) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	svc, err := model.Load("sso")
	if err != nil {
		t.Fatal(err)
	}
	op, ok := svc.Operation("get-role-credentials")
	if !ok {
		t.Fatal("no operation get-role-credentials")
	}
	input := new(document.Object)
	input.Set("accessToken", result.Grant.AccessToken.Reveal())
	input.Set("accountId", account)
	input.Set("roleName", "AdministratorAccess")
	c := &call.Client{Endpoint: srv.URL, Region: "us-east-1", Now: srv.Now}
	out, err := c.Call(t.Context(), svc, op, input)
	if err != nil {
		t.Fatal(err)
	}
	keys, _ := out.Get("roleCredentials")
	text := func(name string) string {
		v, _ := keys.(*document.Object).Get(name)
		return v.(string)
	}
	c.Credentials = call.Credentials{
		AccessKeyID: text("accessKeyId"), SecretAccessKey: secret.New(text("secretAccessKey")), SessionToken: secret.New(text("sessionToken")),
	}
	return c
}

// lines joins lines, with a line break after each line.
func lines(l ...string) string {
	if len(l) == 0 {
		return ""
	}
	return strings.Join(l, "\n") + "\n"
}

func TestListsLikeTheAWSCLI(t *testing.T) {
	client := emulated(t, emulatortest.Start(t, stock()))
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	two := 2
	tests := []struct {
		name      string
		options   Options
		unmatched bool
		want      string
	}{
		{"the buckets", Options{}, false, lines("2024-03-01 12:34:56 my-bucket", "2026-01-01 00:00:00 odd-keys", "2025-12-31 23:59:59 other-bucket")},
		{"the buckets in local time", Options{Path: "s3://", Zone: newYork}, false, lines("2024-03-01 07:34:56 my-bucket", "2025-12-31 19:00:00 odd-keys", "2025-12-31 18:59:59 other-bucket")},
		{"the buckets in pages", Options{PageSize: &two}, false, lines("2024-03-01 12:34:56 my-bucket", "2026-01-01 00:00:00 odd-keys", "2025-12-31 23:59:59 other-bucket")},
		{"the buckets of a name", Options{BucketNamePrefix: "o", PageSize: &two}, false, lines("2026-01-01 00:00:00 odd-keys", "2025-12-31 23:59:59 other-bucket")},
		{"the buckets of a region", Options{BucketRegion: "eu-central-1"}, false, lines("2025-12-31 23:59:59 other-bucket")},
		{"no bucket", Options{Path: "s3:///key", BucketNamePrefix: "none"}, false, ""},
		{"the buckets and their sum", Options{BucketNamePrefix: "my", Summarize: true}, false, lines("2024-03-01 12:34:56 my-bucket", "", "Total Objects: 0", "   Total Size: 0")},
		{
			"a bucket",
			Options{Path: "my-bucket"},
			false,
			lines("                           PRE dir/", "2024-05-06 07:08:09          1 a.txt", "2024-05-06 07:08:09         10 z.log"),
		},
		{"a bucket by its ARN", Options{Path: "arn:aws:s3:::my-bucket/z"}, false, lines("2024-05-06 07:08:09         10 z.log")},
		{"a folder without a slash", Options{Path: "s3://my-bucket/dir"}, false, lines("                           PRE dir/")},
		{"the beginning of a key", Options{Path: "s3://my-bucket/dir/b"}, false, lines("2024-05-06 07:08:09    1048576 b file.bin")},
		{
			"a folder and its sum",
			Options{Path: "s3://my-bucket/dir/", Summarize: true},
			false,
			lines("                           PRE sub/", "2024-05-06 07:08:09    1048576 b file.bin", "2024-05-06 07:08:09       2048 üml.txt", "", "Total Objects: 2", "   Total Size: 1050624"),
		},
		{
			"everything",
			Options{Path: "s3://my-bucket", Recursive: true, HumanReadable: true, Summarize: true},
			false,
			lines("2024-05-06 07:08:09     1 Byte a.txt", "2024-05-06 07:08:09    1.0 MiB dir/b file.bin", "2024-05-06 07:08:09    1.5 GiB dir/sub/c.tar",
				"2024-05-06 07:08:09    2.0 KiB dir/üml.txt", "2024-05-06 07:08:09   10 Bytes z.log", "", "Total Objects: 5", "   Total Size: 1.5 GiB"),
		},
		{"everything below a prefix", Options{Path: "my-bucket/dir/s", Recursive: true}, false, lines("2024-05-06 07:08:09 1610612736 dir/sub/c.tar")},
		{
			"in pages, prefixes first in each",
			Options{Path: "my-bucket", PageSize: &two},
			false,
			lines("                           PRE dir/", "2024-05-06 07:08:09          1 a.txt", "2024-05-06 07:08:09         10 z.log"),
		},
		{"an empty bucket", Options{Path: "other-bucket"}, false, ""},
		{"nothing below a prefix", Options{Path: "s3://my-bucket/nope"}, true, ""},
		{"nothing in an empty bucket", Options{Path: "s3://other-bucket/x", Recursive: true}, true, ""},
		{"nothing and its sum", Options{Path: "s3://my-bucket/nope", Summarize: true, HumanReadable: true}, true, lines("", "Total Objects: 0", "   Total Size: 0 Bytes")},
		{"a key that is the prefix", Options{Path: "odd-keys/folder/"}, false, lines("2024-05-06 07:08:09          0 ", "2024-05-06 07:08:09          5 x")},
		{"a slash at the beginning", Options{Path: "odd-keys//"}, false, lines("2024-05-06 07:08:09          0 leading")},
		{"two slashes", Options{Path: "odd-keys/a/"}, false, lines("                           PRE /")},
		{"characters that URLs encode", Options{Path: "odd-keys/a+"}, false, lines("2024-05-06 07:08:09          3 a+b c")},
		{"a size wider than its column", Options{Path: "odd-keys/100%"}, false, lines("2024-05-06 07:08:09 123456789012 100%")},
		{"characters that XML escapes", Options{Path: "odd-keys/&<"}, false, lines(`2024-05-06 07:08:09          0 &<>"'`)},
		{"beyond the basic plane", Options{Path: "odd-keys/😀", Recursive: true}, false, lines("2024-05-06 07:08:09          7 😀/🚀")},
		{"control characters for a program", Options{Path: "odd-keys/bell"}, false, "2024-05-06 07:08:09          0 bell\a\x1b[31m\r\nline\n"},
		{"control characters for a terminal", Options{Path: "odd-keys/bell", Terminal: true}, false, lines("2024-05-06 07:08:09          0 bell��[31m��line")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			matched, err := Run(t.Context(), client, tt.options, &b)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, b.String()); diff != "" {
				t.Error(diff)
			}
			if matched == tt.unmatched {
				t.Errorf("matched = %v", matched)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	client := emulated(t, emulatortest.Start(t, stock()))
	tests := []struct{ path, want string }{
		{"s3://nobucket", "An error occurred (NoSuchBucket) when calling the ListObjectsV2 operation: The specified bucket does not exist"},
		{"s3://not-janes/x", "An error occurred (AccessDenied) when calling the ListObjectsV2 operation: Access Denied"},
	}
	for _, tt := range tests {
		var b strings.Builder
		matched, err := Run(t.Context(), client, Options{Path: tt.path, Summarize: true}, &b)
		if e := new(call.ServiceError); !errors.As(err, &e) || err.Error() != tt.want {
			t.Errorf("%s: %v, want %q", tt.path, err, tt.want)
		}
		if matched || b.Len() > 0 {
			t.Errorf("%s: matched %v, output %q, want no match and no output", tt.path, matched, b.String())
		}
	}
	minus := -1
	_, err := Run(t.Context(), client, Options{Path: "my-bucket", PageSize: &minus}, new(strings.Builder))
	if e := new(call.ServiceError); !errors.As(err, &e) || e.Code != "InvalidArgument" {
		t.Errorf("pages of -1: %v", err)
	}
}
