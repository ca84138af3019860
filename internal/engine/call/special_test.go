package call

import (
	"bytes"
	"testing"
	"time"
)

func TestMilliseconds(t *testing.T) {
	for format, want := range map[string]string{
		isoTime + milliseconds: "2026-01-02T03:04:05.067Z", unixTime + milliseconds: "1767323045.067", isoTime: "2026-01-02T03:04:05.067890Z", unixTime: "1767323045",
	} {
		if got := writeTime(time.Date(2026, 1, 2, 3, 4, 5, 67890000, time.UTC), format); got != want {
			t.Errorf("%s: %s, want %s", format, got, want)
		}
	}
	if got := writeTime(time.Unix(1767323045, 0), unixTime+milliseconds); got != "1767323045.0" {
		t.Errorf("a whole second: %s", got)
	}
}

// botocore.utils.calculate_tree_hash calculated the wanted hashes.
func TestTreeSum(t *testing.T) {
	for size, want := range map[int]string{
		0:         "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		1 << 20:   "8f990ba0b577b51cf009ea049368c16bbda1b21e1b93be07a824758bb253c39b",
		5<<19 + 1: "16d059ccb4ea3af0d2167bdcbd4e7343a86d97f883902ffb072df3ce1f9f9bf2",
	} {
		if got, err := treeSum(bytes.NewReader(bytes.Repeat([]byte("x"), size))); got != want || err != nil {
			t.Errorf("%d bytes: %s, %v, want %s", size, got, err, want)
		}
	}
}

// A signature must not go to a host that another one chose.
func TestOfPartition(t *testing.T) {
	for base, want := range map[string]bool{
		"https://realtime.machinelearning.us-east-1.amazonaws.com": true, "https://x.api.aws": true, "http://x.amazonaws.com": false,
		"https://x.amazonaws.com.thief.example": false, "https://amazonaws.com@thief.example": false, "https://thief.example/.amazonaws.com": false,
		"https://x.amazonaws.com:8443": false, "https://xamazonaws.com": false, "https://x.amazonaws.com?a=b": false, "": false,
	} {
		if got := ofPartition(base, "us-east-1"); got != want {
			t.Errorf("%s: %v, want %v", base, got, want)
		}
	}
}
