package emulator

import (
	"crypto/md5"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

const s3Time = "2006-01-02T15:04:05.000Z"

func invalidArgument(message string) *apiError {
	return &apiError{status: http.StatusBadRequest, code: "InvalidArgument", message: message}
}

// atMost reads how many entries a listing may have; most if it does not say.
func atMost(text string, least, most int) (int, *apiError) {
	if text == "" {
		return most, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least {
		return 0, invalidArgument("Provided number of entries is not valid: " + text)
	}
	return min(n, most), nil
}

// listBuckets is the operation ListBuckets.
func (e *Emulator) listBuckets(c *call, s signer) response {
	type bucketXML struct {
		Name         string
		CreationDate string
		BucketRegion string `xml:",omitempty"`
	}
	var out struct {
		XMLName           xml.Name    `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListAllMyBucketsResult"`
		Owner             string      `xml:"Owner>ID"`
		Buckets           []bucketXML `xml:"Buckets>Bucket"`
		ContinuationToken string      `xml:",omitempty"`
		Prefix            string      `xml:",omitempty"`
	}
	q := c.URL.Query()
	paged := q.Has("max-buckets") || q.Has("bucket-region") || q.Has("prefix") || q.Has("continuation-token")
	most, no := atMost(q.Get("max-buckets"), 1, 10_000)
	after, ok := e.seal.open(kindPage, q.Get("continuation-token"))
	switch {
	case no != nil:
		return failS3(c, no)
	case q.Has("continuation-token") && !ok:
		return failS3(c, invalidArgument("The continuation token provided is incorrect"))
	}
	out.Owner, out.Prefix = ownerID(s.Account), q.Get("prefix")
	for _, b := range e.dir.Load().owned[s.Account] {
		if b.Name <= after || !strings.HasPrefix(b.Name, q.Get("prefix")) || q.Has("bucket-region") && q.Get("bucket-region") != b.Region {
			continue
		}
		if len(out.Buckets) == most {
			out.ContinuationToken = e.seal.seal(kindPage, out.Buckets[most-1].Name)
			break
		}
		x := bucketXML{Name: b.Name, CreationDate: b.Created.UTC().Format(s3Time)}
		if paged { // otherwise S3 leaves it out
			x.BucketRegion = b.Region
		}
		out.Buckets = append(out.Buckets, x)
	}
	return s3Headers(c, xmlResponse(http.StatusOK, out))
}

// ownerID is the canonical user id of an account.
func ownerID(account string) string {
	return fmt.Sprintf("%x%x", md5.Sum([]byte("owner/"+account)), md5.Sum([]byte("id/"+account)))
}
