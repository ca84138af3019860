package cli

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A payload can be a file of any size. S3 gets it in chunks, with a checksum behind it.
func TestPayloads(t *testing.T) {
	var header http.Header
	p := newRecorder(t, func(w http.ResponseWriter, r *http.Request) {
		header = r.Header
		header.Set("Content-Length", fmt.Sprint(r.ContentLength))
		w.Header().Set("ETag", `"x"`)
	})
	dir := t.TempDir()
	small, large, empty := filepath.Join(dir, "small"), filepath.Join(dir, "large"), filepath.Join(dir, "empty")
	for name, content := range map[string][]byte{small: []byte("123456789"), large: bytes.Repeat([]byte("x"), 1<<20+3), empty: nil} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const put = "s3api put-object --bucket my-bucket --key k --body "
	for _, tt := range []struct {
		name, line string
		env        map[string]string
		body       string
		headers    map[string]string
	}{
		{"a file", put + small, nil, "9\r\n123456789\r\n0\r\nx-amz-checksum-crc64nvme:rosUhgp5mIg=\r\n\r\n", map[string]string{
			"Content-Encoding": "aws-chunked", "X-Amz-Decoded-Content-Length": "9", "X-Amz-Trailer": "x-amz-checksum-crc64nvme", "Content-Length": "-1",
			"X-Amz-Content-Sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "X-Amz-Sdk-Checksum-Algorithm": "CRC64NVME",
		}},
		{"an empty file", put + empty + " --content-encoding gzip", nil, "0\r\nx-amz-checksum-crc64nvme:AAAAAAAAAAA=\r\n\r\n", map[string]string{"Content-Encoding": "gzip,aws-chunked"}},
		{"two chunks", put + large, nil, "100000\r\n" + strings.Repeat("x", 1<<20) + "\r\n3\r\nxxx\r\n0\r\nx-amz-checksum-", nil},
		{"another algorithm", put + small + " --checksum-algorithm CRC32", nil, "9\r\n123456789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n", nil},
		{"a given checksum", put + small + " --checksum-crc32 y/Q5Jg==", nil, "123456789", map[string]string{
			"X-Amz-Content-Sha256": "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225", "Content-Length": "9", "X-Amz-Trailer": "",
		}},
		{"no checksum", put + small, map[string]string{"AWS_REQUEST_CHECKSUM_CALCULATION": "when_required"}, "123456789", map[string]string{"X-Amz-Sdk-Checksum-Algorithm": ""}},
		{"no signature of the body", "ebs put-snapshot-block --snapshot-id s --block-index 1 --data-length 9 --checksum c --checksum-algorithm SHA256 --block-data " + small, nil, "123456789", map[string]string{
			"X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD", "Content-Length": "9",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, _, stderr := p.run(t, "", tt.env, strings.Fields(tt.line)...)
			if code != 0 || len(p.requests) != 1 {
				t.Fatalf("exit code %d, %d requests, %s", code, len(p.requests), stderr)
			}
			if !strings.Contains(p.requests[0], "_request "+strings.TrimSpace(tt.body)) && !strings.Contains(p.requests[0], " "+strings.TrimSpace(tt.body)) {
				t.Errorf("request %.300q, want the body %.300q", p.requests[0], tt.body)
			}
			for name, want := range tt.headers {
				if got := header.Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
		})
	}
	for _, name := range []string{dir, filepath.Join(dir, "none"), "fileb://" + small} {
		code, _, stderr := p.run(t, "", nil, strings.Fields(put+name)...)
		if code != 252 || len(p.requests) != 0 || !strings.Contains(stderr, "Error parsing parameter '--body': Blob values must be a path to a file.") {
			t.Errorf("--body %s: exit code %d, %d requests, %s", name, code, len(p.requests), stderr)
		}
	}
}
