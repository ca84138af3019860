package s3ls

import (
	"errors"
	"strings"
	"testing"
)

func TestSplit(t *testing.T) {
	const (
		accessPoint = "arn:aws:s3:us-west-2:123456789012:accesspoint"
		outposts    = "arn:aws:s3-outposts:us-west-2:123456789012:outpost"
	)
	tests := []struct{ path, bucket, prefix string }{
		{"", "", ""},
		{"s3://", "", ""},
		{"s3:///dir", "", "dir"},
		{"my-bucket", "my-bucket", ""},
		{"s3://my-bucket", "my-bucket", ""},
		{"s3://my-bucket/", "my-bucket", ""},
		{"my-bucket/dir/b file.bin", "my-bucket", "dir/b file.bin"},
		{"s3://my-bucket//a//b/", "my-bucket", "/a//b/"},
		{"s3://my-bucket/s3://x", "my-bucket", "s3://x"},
		{"s3:/my-bucket", "s3:", "my-bucket"},
		{"S3://my-bucket", "S3:", "/my-bucket"}, // the scheme must be in lower case
		{"s3://my-bucket/%20+", "my-bucket", "%20+"},
		{"s3://arn:aws:s3:::my-bucket", "my-bucket", ""},
		{"arn:aws-cn:s3:::my-bucket/dir/", "my-bucket", "dir/"},
		{accessPoint + "/mine", accessPoint + "/mine", ""},
		{accessPoint + ":mine/dir/x", accessPoint + ":mine", "dir/x"},
		{"s3://" + accessPoint + "/mine//x", accessPoint + "/mine", "/x"},
		{"arn:aws:s3::123456789012:accesspoint/m1.mrap/x", "arn:aws:s3::123456789012:accesspoint/m1.mrap", "x"},
		{outposts + "/op-1/accesspoint/mine/dir/x", outposts + "/op-1/accesspoint/mine", "dir/x"},
		{outposts + ":op-1:accesspoint:mine:dir/x", outposts + ":op-1:accesspoint:mine", "dir/x"},
		{"arn:aws:sqs:us-east-1:123456789012:queue/x", "arn:aws:sqs:us-east-1:123456789012:queue", "x"},
	}
	for _, tt := range tests {
		bucket, prefix, err := Split(tt.path)
		if bucket != tt.bucket || prefix != tt.prefix || err != nil {
			t.Errorf("split(%q) = %q, %q, %v, want %q, %q", tt.path, bucket, prefix, err, tt.bucket, tt.prefix)
		}
	}
}

func TestSplitRefuses(t *testing.T) {
	tests := []struct{ path, want string }{
		{"s3://arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint/mine", "Use s3api commands instead"},
		{"arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint:mine/key", "Use s3api commands instead"},
		{"arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-1/bucket/mine/key", "Use s3control commands instead"},
	}
	for _, tt := range tests {
		_, _, err := Split(tt.path)
		if e := new(PathError); !errors.As(err, &e) || !strings.Contains(e.Reason, tt.want) {
			t.Errorf("split(%q): %v, want %q", tt.path, err, tt.want)
		}
	}
}

func FuzzSplit(f *testing.F) {
	for _, path := range []string{
		"", "s3://", "s3://b/k", "b//k", "arn:", "arn:aws:s3:::b/k",
		"arn:aws:s3:r:123456789012:accesspoint/a/k", "arn:aws:s3-outposts:r:123456789012:outpost/o/accesspoint/a:k",
		"arn:aws:s3-object-lambda:r:123456789012:accesspoint/a", "\n/\xff",
	} {
		f.Add(path)
	}
	f.Fuzz(func(t *testing.T, path string) {
		bucket, prefix, err := Split(path)
		if err != nil {
			return
		}
		rest := strings.TrimPrefix(path, "s3://")
		if !strings.HasSuffix(rest, prefix) {
			t.Errorf("prefix %q is not the end of %q", prefix, path)
		}
		if !strings.Contains(rest, bucket) {
			t.Errorf("bucket %q is not in %q", bucket, path)
		}
		if !strings.HasPrefix(rest, "arn:") && strings.Contains(bucket, "/") {
			t.Errorf("bucket %q has a slash, want none", bucket)
		}
	})
}
