@echo off
rem Runs Chainrule's command line: finds a JDK 25, builds on first use. Written for Windows, not tried there.
setlocal enabledelayedexpansion
set "here=%~dp0"
set "jdk="
for %%d in ("%JAVA_HOME%") do if not defined jdk if exist "%%~d\bin\java.exe" findstr /b /c:"JAVA_VERSION=\"25" "%%~d\release" >nul 2>&1 && set "jdk=%%~d"
for /d %%d in ("%ProgramFiles%\Eclipse Adoptium\jdk-25*" "%ProgramFiles%\Java\jdk-25*" "%ProgramFiles%\Microsoft\jdk-25*") do if not defined jdk if exist "%%~d\bin\java.exe" set "jdk=%%~d"
if not defined jdk (
  echo chainrule: no JDK 25 found: install one or set JAVA_HOME to it. 1>&2
  exit /b 1
)
if "%~1"=="--java-home" (
  echo %jdk%
  exit /b 0
)
if not exist "%here%apps\target\chainrule-apps-0.1.0.jar" (
  echo chainrule: building ^(the first time fetches about 120 MB of libraries^) ... 1>&2
  pushd "%here%"
  call mvn -B -ntp -q -Dquick -Dmaven.test.skip=true package 1>&2 || (popd & exit /b 1)
  popd
)
if not defined CHAINRULE_DEFAULT_MODEL set "CHAINRULE_DEFAULT_MODEL=%here%models\wordnet-7m"
"%jdk%\bin\java" --add-modules=jdk.incubator.vector --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:+UseSerialGC -cp "%here%apps\target\chainrule-apps-0.1.0.jar;%here%apps\target\lib\*" chainrule.apps.cli.Main %*
