package call

import (
	"testing"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// fuzzReply reads a body as a success reply and as an error reply. Each time, the result must be
// an output or an error.
func fuzzReply(f *testing.F, pairs [][2]string) {
	type pair struct {
		svc *model.Service
		op  *model.Operation
	}
	var all []pair
	for _, p := range pairs {
		svc, op := operation(f, p[0], p[1])
		all = append(all, pair{svc, op})
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, p := range all {
			r := &reply{status: 200, body: body}
			out, err := (&parser{}).output(p.svc, p.op, r)
			if err == nil {
				if out == nil {
					t.Fatal("neither an output nor an error, want one of them")
				}
				finish(p.svc, p.op, nil, out)
				_ = compact(out)
			}
			r.status = 400
			if r.refusal(p.svc, p.op) == nil {
				t.Fatal("the error reply led to no error")
			}
		}
	})
}

func FuzzXML(f *testing.F) {
	f.Add([]byte(`<R><GetRoleResult><Role><AssumeRolePolicyDocument>%7B%7D</AssumeRolePolicyDocument><CreateDate>2026-01-02T03:04:05Z</CreateDate></Role></GetRoleResult></R>`))
	f.Add([]byte(`<L xmlns="x"><Contents><Key>a%20b</Key><Size>1</Size></Contents><Contents/><EncodingType>url</EncodingType></L>`))
	f.Add([]byte(`<Response><Errors><Error><Code>c</Code></Error></Errors></Response>`))
	f.Add([]byte(`<R><reservationSet><item><instancesSet><item><launchTime>2026-01-02</launchTime><tagSet/></item></instancesSet></item></reservationSet></R>`))
	f.Add([]byte(`<?xml version="1.0"?><!-- --><a b="c"><![CDATA[d]]>&amp;</a>`))
	fuzzReply(f, [][2]string{{"iam", "get-role"}, {"s3api", "list-objects-v2"}, {"s3api", "get-bucket-location"}, {"ec2", "describe-instances"}})
}

func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"Accounts":[{"Id":"1","JoinedTimestamp":1.7e9,"Paths":[]}],"NextToken":null}`))
	f.Add([]byte(`{"__type":"a#InvalidInputException:","Message":"m","Reason":1}`))
	f.Add([]byte(`{"accountList":[{"accountId":"1"},null]}`))
	f.Add([]byte(`[[[{"a":"\"[["}]]]`))
	fuzzReply(f, [][2]string{{"organizations", "list-accounts"}, {"sso", "list-accounts"}, {"sso", "get-role-credentials"}})
}

func FuzzToken(f *testing.F) {
	f.Add("eyJOZXh0VG9rZW4iOiAidG9rMiJ9")
	f.Add("a___1")
	f.Fuzz(func(t *testing.T, s string) {
		read, skip, err := readToken([]string{"A", "B"}, s)
		if err != nil || !utf8.ValidString(s) {
			return // a token is JSON, which must be UTF-8
		}
		if again, skip2, err := readToken([]string{"A", "B"}, read.encode(skip)); err != nil || skip2 != skip || !again.equal(read) {
			t.Errorf("%q is the token %v with skip %d; encoded and read again it is %v with skip %d, error %v", s, read, skip, again, skip2, err)
		}
	})
}
