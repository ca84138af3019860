package profilesync

import (
	"bytes"
	"fmt"
	"testing"
)

// manyRoles returns a listing with this number of accounts, each with 10 roles.
func manyRoles(accounts int) Listing {
	l := Listing{Session: "corp", StartURL: "https://corp.awsapps.com/start", Region: "eu-west-1", Origin: "aws", Complete: true}
	for a := range accounts {
		for r := range 10 {
			l.Entries = append(l.Entries, Entry{
				AccountID: fmt.Sprintf("%012d", a), AccountName: fmt.Sprintf("Team %d production", a),
				Email: fmt.Sprintf("team-%d@example.com", a), Role: fmt.Sprintf("PowerUser%d", r),
			})
		}
	}
	return l
}

const oneSession = "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n"

func TestSecondSyncOf100000ProfilesChangesNoByte(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 100,000 profiles")
	}
	in := Input{Path: "config", Content: []byte(oneSession), Listings: []Listing{manyRoles(10_000)}}
	first, report, err := Sync(in)
	if err != nil || len(report.Added) != 100_000 {
		t.Fatalf("the first sync added %d profiles: %v", len(report.Added), err)
	}
	in.Content = first
	second, report, err := Sync(in)
	if err != nil || report.Unchanged != 100_000 || !bytes.Equal(first, second) {
		t.Fatalf("the second sync changed the content: %d unchanged, %v", report.Unchanged, err)
	}
}

func BenchmarkSync(b *testing.B) {
	for _, accounts := range []int{1_000, 10_000} {
		in := Input{Path: "config", Content: []byte(oneSession), Listings: []Listing{manyRoles(accounts)}}
		synced, _, err := Sync(in)
		if err != nil {
			b.Fatal(err)
		}
		for _, run := range []struct {
			name    string
			content []byte
			f       func(Input) ([]byte, Report, error)
		}{{"first", in.Content, Sync}, {"second", synced, Sync}, {"prune", synced, Prune}} {
			b.Run(fmt.Sprintf("%s/%d", run.name, accounts*10), func(b *testing.B) {
				in := in
				in.Content = run.content
				b.ReportMetric(float64(len(synced))/1e6, "MB-file")
				b.ReportAllocs()
				for b.Loop() {
					if _, _, err := run.f(in); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
