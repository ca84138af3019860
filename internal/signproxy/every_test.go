package signproxy

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/opclass"
)

// TestEveryOperationIsFound asks for each operation of each service as a client would, at one of its
// hosts. The proxy finds the operation, and no operation of another class beside it.
func TestEveryOperationIsFound(t *testing.T) {
	services, err := opclass.Services()
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{services: services, c: Config{Account: "111122223333"}}
	// S3 directory buckets sign as s3express, and Object Lambda as s3-object-lambda: both are refused.
	// The service cloudfront-keyvaluestore accepts only SigV4A, which is refused too.
	refused := []string{"s3api:ListDirectoryBuckets", "s3api:WriteGetObjectResponse"}
	count := 0
	for signing, list := range services {
		for _, svc := range list {
			ops, err := opclass.Operations(svc)
			if err != nil {
				t.Fatal(err)
			}
			for _, op := range ops {
				name := svc.Name + ":" + op.Name
				if op.Unsigned || op.Events || op.Old || slices.Contains(refused, name) || svc.Name == "cloudfront-keyvaluestore" {
					continue
				}
				count++
				v, err := visitTo(p, svc, op, signing)
				if v == nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				if err == nil {
					err = p.identify(v, list)
				}
				found := false
				for _, c := range v.found {
					found = found || c.name() == name
					if c.op.Class != op.Class {
						t.Errorf("%s is a %s, but can be %s, a %s", name, op.Class, c.name(), c.op.Class)
					}
				}
				if !found {
					t.Errorf("%s is not found: %v", name, err)
				}
			}
		}
	}
	if count < 18_000 {
		t.Errorf("%d operations, want 18000 or more", count)
	}
}

var label = regexp.MustCompile(`\{[^}]*\}`)

// visitTo returns a request for an operation in the protocol of its service.
func visitTo(p *Proxy, svc *model.Service, op opclass.Operation, signing string) (*visit, error) {
	v := &visit{path: "/", sig: signature{service: signing}}
	for _, region := range []string{"us-east-1", "us-west-2", "eu-west-1"} {
		if hosts := p.catalog.endpoints(svc, &op, region, "111122223333"); len(hosts) > 0 {
			v.sig.region, v.host = region, label.ReplaceAllString(op.HostPrefix, "x")+hosts[0]
			break
		}
	}
	if v.host == "" {
		return nil, fmt.Errorf("no host")
	}
	v.q = question{method: op.Method, path: "/", header: http.Header{}}
	switch svc.Protocol {
	case model.Query, model.EC2:
		v.q.protocol, v.q.body = "query", []byte("Action="+op.Name+"&Version="+svc.APIVersion)
	case model.JSON:
		v.q.protocol = "json"
		v.q.header.Set("X-Amz-Target", svc.TargetPrefix+"."+op.Name)
	case model.RESTJSON, model.RESTXML:
		v.q.protocol = "rest"
		uri, query, _ := strings.Cut(op.URI, "?")
		v.path, v.q.query = label.ReplaceAllString(uri, "value"), query
		_, needs := op.Parameters(svc)
		for _, n := range needs {
			if h, ok := strings.CutPrefix(n, "header:"); ok {
				v.q.header.Set(h, "x")
			} else {
				v.q.query = strings.TrimPrefix(v.q.query+"&"+n+"=x", "&")
			}
		}
	default:
		v.q.protocol, v.path = "cbor", "/service/"+svc.TargetPrefix+"/operation/"+op.Name
		v.q.path = v.path
	}
	return v, nil
}
