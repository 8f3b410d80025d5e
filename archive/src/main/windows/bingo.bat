@echo off
rem Starts bingo from an unpacked archive: its own Java, JAVA_HOME's, or the PATH's, 17 or newer.
setlocal
set "root=%~dp0.."
set "java=%root%\jre\bin\java.exe"
if exist "%java%" goto found
set "java=%JAVA_HOME%\bin\java.exe"
if defined JAVA_HOME if exist "%java%" goto found
set "java=java.exe"
where /q java.exe
if errorlevel 1 (
  echo bingo: no Java found; install Java 17 or newer, or set JAVA_HOME 1>&2
  exit /b 1
)
:found
rem The natives are jar'ed DLLs; options that a Java does not know yet are passed over.
"%java%" -XX:+IgnoreUnrecognizedVMOptions -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -Dorg.bytedeco.javacpp.maxBytes=0 -XX:+UseParallelGC ^
  -Dfile.encoding=UTF-8 --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow %JAVA_OPTS% ^
  -cp "%root%\lib\*" dev.bingo.app.Bingo %*
exit /b %ERRORLEVEL%
