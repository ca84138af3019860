import os, json, itertools
from urllib.request import getproxies_environment, proxy_bypass_environment
from urllib.parse import urlparse
envs=[{}, {"HTTPS_PROXY":"http://a:1"},{"https_proxy":"http://b:2","HTTPS_PROXY":"http://a:1"},{"https_proxy":"","HTTPS_PROXY":"http://a:1"},{"Https_Proxy":"c:3"},
{"ALL_PROXY":"http://a:1","all_proxy":"http://a:1"},{"HTTP_PROXY":"http://a:1","REQUEST_METHOD":"GET"},{"http_proxy":"//a:1","REQUEST_METHOD":"GET"},{"HTTP_PROXY":"http://u:p%40w@a:1"},{"HTTPS_PROXY":"https://s:4"},
]+[{"HTTPS_PROXY":"http://a:1","HTTP_PROXY":"http://h:1","NO_PROXY":n} for n in ["*","a,*","amazonaws.com",".amazonaws.com","*.amazonaws.com","AMAZONAWS.com , x","sts.us-east-1.amazonaws.com:443","sts.us-east-1.amazonaws.com:444","10.0.0.0/8","10.1.1.1","127.0.0.1","localhost","[::1]","::1","[::1]:80","","azonaws.com"]]+[{"HTTPS_PROXY":"http://a:1","NO_PROXY":"*","no_proxy":""},{"HTTPS_PROXY":"http://a:1","NO_PROXY":"x","no_proxy":"amazonaws.com"}]
urls=["https://sts.us-east-1.amazonaws.com/","https://sts.us-east-1.amazonaws.com:443/","https://10.1.1.1/","http://127.0.0.1:80/","http://localhost/","http://[::1]:80/","http://[::1]/","https://STS.Amazonaws.com/"]
rows=[]
for e in envs:
    os.environ.clear(); os.environ.update(e)
    for u in urls:
        px=getproxies_environment()
        p=px.get(urlparse(u).scheme) if not proxy_bypass_environment(urlparse(u).netloc) else None
        if p:
            if p.startswith('//'): p='http:'+p
            elif not p.startswith(('http:','https:')): p='http://'+p
        rows.append([[f"{k}={v}" for k,v in e.items()],u,p or ""])
print("[\n"+",\n".join(json.dumps(r) for r in rows)+"\n]")
