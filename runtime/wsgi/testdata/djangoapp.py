from django.conf import settings

settings.configure(
    DEBUG=False,
    SECRET_KEY="for tests",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_X_FORWARDED_HOST=True,
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
)

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse  # noqa: E402
from django.urls import path, reverse  # noqa: E402


def hello(request, name):
    return JsonResponse({"name": name, "uri": request.build_absolute_uri(), "again": reverse("hello", args=["b"])})


def echo(request):
    return HttpResponse(request.body, content_type="application/octet-stream")


def stream(request):
    return StreamingHttpResponse((b"%d\n" % i for i in range(1000)), content_type="text/plain")


urlpatterns = [path("hello/<name>", hello, name="hello"), path("echo", echo), path("stream", stream)]
application = get_wsgi_application()
