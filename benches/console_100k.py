"""How quick the console is: the demo's start, and the board over 100,000 accounts.

    benches/console_100k.py [BINARY]

Starts BINARY (target/release/quorate) on free ports of loopback over temporary folders, and ends it.
"""
import subprocess,time,urllib.request,json,sys,re,os,tempfile,gzip
B=sys.argv[1] if len(sys.argv)>1 else "target/release/quorate"
def start(args):
    t=time.time()
    p=subprocess.Popen([B]+args,stdout=subprocess.PIPE,stderr=subprocess.DEVNULL,text=True)
    url=None; key=None
    for line in p.stdout:
        m=re.search(r"http://127\.0\.0\.1:\d+",line)
        if m and not url: url=m.group(0)
        m=re.search(r"KEY=(qk_\S+)",line)
        if m: key=m.group(1)
        if url and (args[0]=="demo" or "Try it" in line): break
    return p,url,key,time.time()-t
def rss(p): return [l for l in open(f"/proc/{p.pid}/status") if l.startswith("VmRSS")][0].split()[1]
p,url,_,t=start(["demo","--listen","127.0.0.1:0"])
b=urllib.request.urlopen(url+"/board").read()
print("demo: address after %.2f s, %d rows on the board then, rss %s kB"%(t,b.count(b"<tr"),rss(p)),flush=True)
p.terminate(); p.wait()
d=tempfile.mkdtemp()
p,url,key,t=start(["serve","--listen","127.0.0.1:0","--data",d])
N=100000
t=time.time()
for i in range(0,N,5000):
    kinds=["page.pricing","page.view","content.case_study","demo.requested","email.click"]
    body="\n".join(json.dumps({"id":"s%d"%j,"account":"acct-%06d"%j,"contact":"c","kind":kinds[j%5],"strength":1+(j*7919%1000)/1000}) for j in range(i,i+5000)).encode()
    r=urllib.request.Request(url+"/v1/signals",data=body,headers={"Authorization":"Bearer "+key,"Content-Type":"application/x-ndjson"})
    urllib.request.urlopen(r).read()
print("100,000 accounts with a signal each: %.1f s, rss %s kB"%(time.time()-t,rss(p)),flush=True)
import http.cookiejar
cj=http.cookiejar.CookieJar(); op=urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cj))
page=op.open(url+"/sign-in").read().decode()
m=re.search(r'name="([a-z_]*(?:csrf|token)[a-z_]*)" value="([^"]+)"',page)
import urllib.parse
form={"key":key}
if m: form[m.group(1)]=m.group(2)
r=urllib.request.Request(url+"/sign-in",data=urllib.parse.urlencode(form).encode(),headers={"Origin":url,"Sec-Fetch-Site":"same-origin"})
try: op.open(r).read()
except Exception as e: print("sign-in",e,form.keys())
for path in ["/board","/board?band=hot","/board?sort=name","/board?q=acct-0042"]:
    ts=[]
    for _ in range(15):
        t=time.time(); r=op.open(urllib.request.Request(url+path,headers={"Accept-Encoding":"gzip"})); b=r.read(); ts.append((time.time()-t)*1000)
    raw=gzip.decompress(b) if r.headers.get("Content-Encoding")=="gzip" else b
    ts.sort(); print("%s: min %.1f p50 %.1f max %.1f ms, %d B on the wire, %d rows"%(path,ts[0],ts[7],ts[-1],len(b),raw.count(b"<tr ")),flush=True)
p.terminate(); p.wait()
