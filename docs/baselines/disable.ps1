# configmgr.tls disable 0c12915f
#
# Made by the Ansible collection configmgr.tls. For an administrator of ConfigMgr, on a computer with the console:
# read it, then run it in Windows PowerShell 5.1. It runs nothing on a client and sends no script there.
# It makes configuration items and a baseline, and deploys it, of ConfigMgr's own cmdlets. Run again, it
# changes nothing; it deletes nothing, and stops when something of another maker has one of its names.
#
# It turns older protocols off: a client that cannot do without them loses its management point,
# and with it this baseline. Let it repair only where the gate of configmgr.tls was open.
#
# Uncertain until it was seen on a site: which platforms a new item has before some are added. Look at the page
# Supported Platforms of each item before a deployment repairs anything.
$ErrorActionPreference = 'Stop'
Import-Module (Join-Path (Split-Path $env:SMS_ADMIN_UI_PATH) 'ConfigurationManager.psd1')
Set-Location 'PS1:'
$made = 'Made by configmgr.tls, version 0c12915f'
$unfinished = 'Being made by configmgr.tls, version 0c12915f'
$items = @()
# Every setting: the DWORD is there with this value; where it is not, the client is not compliant, and is repaired
# where a deployment repairs. The 32-bit view is written out as WOW6432Node.
$dword = @{
    Hive = 'LocalMachine'
    DataType = 'Integer'
    ValueRule = $true
    ExpressionOperator = 'IsEquals'
    Remediate = $true
    RemediateDword = $true
    ReportNoncompliance = $true
    NoncomplianceSeverity = 'Warning'
}

# What is wanted: an item for each kind of Windows that differs.
$wanted = @(
    @{
        Name = 'configmgr.tls disable: Windows 7 (64-bit), Windows 8 (64-bit) 0c12915f'
        Is64Bit = $true
        Platforms = 'All Windows 7 (64-bit)*', 'All Windows 8 (64-bit)*'
        Settings = @(
            @{ Name = 'TLS 1.2 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client' }
            @{ Name = 'TLS 1.2 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server' }
            @{ Name = 'TLS 1.2 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client' }
            @{ Name = 'TLS 1.2 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server' }
            @{ Name = 'v2.0.50727 SystemDefaultTlsVersions'; ValueName = 'SystemDefaultTlsVersions'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\Microsoft\.NETFramework\v2.0.50727' }
            @{ Name = 'v2.0.50727 32-bit SystemDefaultTlsVersions'; ValueName = 'SystemDefaultTlsVersions'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\WOW6432Node\Microsoft\.NETFramework\v2.0.50727' }
            @{ Name = 'v2.0.50727 SchUseStrongCrypto'; ValueName = 'SchUseStrongCrypto'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\Microsoft\.NETFramework\v2.0.50727' }
            @{ Name = 'v2.0.50727 32-bit SchUseStrongCrypto'; ValueName = 'SchUseStrongCrypto'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\WOW6432Node\Microsoft\.NETFramework\v2.0.50727' }
            @{ Name = 'v4.0.30319 SystemDefaultTlsVersions'; ValueName = 'SystemDefaultTlsVersions'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\Microsoft\.NETFramework\v4.0.30319' }
            @{ Name = 'v4.0.30319 32-bit SystemDefaultTlsVersions'; ValueName = 'SystemDefaultTlsVersions'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\WOW6432Node\Microsoft\.NETFramework\v4.0.30319' }
            @{ Name = 'v4.0.30319 SchUseStrongCrypto'; ValueName = 'SchUseStrongCrypto'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\Microsoft\.NETFramework\v4.0.30319' }
            @{ Name = 'v4.0.30319 32-bit SchUseStrongCrypto'; ValueName = 'SchUseStrongCrypto'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\WOW6432Node\Microsoft\.NETFramework\v4.0.30319' }
            @{ Name = 'WinHttp DefaultSecureProtocols'; ValueName = 'DefaultSecureProtocols'; ExpectedValue = '2048'
                KeyName = 'SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp' }
            @{ Name = 'WinHttp 32-bit DefaultSecureProtocols'; ValueName = 'DefaultSecureProtocols'; ExpectedValue = '2048'
                KeyName = 'SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp' }
            @{ Name = 'SSL 2.0 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 2.0\Client' }
            @{ Name = 'SSL 2.0 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 2.0\Server' }
            @{ Name = 'SSL 3.0 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Client' }
            @{ Name = 'SSL 3.0 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Server' }
            @{ Name = 'TLS 1.0 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Client' }
            @{ Name = 'TLS 1.0 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Server' }
            @{ Name = 'TLS 1.1 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Client' }
            @{ Name = 'TLS 1.1 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Server' }
            @{ Name = 'SSL 2.0 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 2.0\Client' }
            @{ Name = 'SSL 2.0 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 2.0\Server' }
            @{ Name = 'SSL 3.0 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Client' }
            @{ Name = 'SSL 3.0 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Server' }
            @{ Name = 'TLS 1.0 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Client' }
            @{ Name = 'TLS 1.0 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Server' }
            @{ Name = 'TLS 1.1 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Client' }
            @{ Name = 'TLS 1.1 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Server' }
        )
    }
    @{
        Name = 'configmgr.tls disable: Windows 7 (32-bit), Windows 8 (32-bit) 0c12915f'
        Is64Bit = $false
        Platforms = 'All Windows 7 (32-bit)*', 'All Windows 8 (32-bit)*'
        Settings = @(
            @{ Name = 'TLS 1.2 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client' }
            @{ Name = 'TLS 1.2 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server' }
            @{ Name = 'TLS 1.2 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client' }
            @{ Name = 'TLS 1.2 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server' }
            @{ Name = 'v2.0.50727 SystemDefaultTlsVersions'; ValueName = 'SystemDefaultTlsVersions'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\Microsoft\.NETFramework\v2.0.50727' }
            @{ Name = 'v2.0.50727 SchUseStrongCrypto'; ValueName = 'SchUseStrongCrypto'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\Microsoft\.NETFramework\v2.0.50727' }
            @{ Name = 'v4.0.30319 SystemDefaultTlsVersions'; ValueName = 'SystemDefaultTlsVersions'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\Microsoft\.NETFramework\v4.0.30319' }
            @{ Name = 'v4.0.30319 SchUseStrongCrypto'; ValueName = 'SchUseStrongCrypto'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\Microsoft\.NETFramework\v4.0.30319' }
            @{ Name = 'WinHttp DefaultSecureProtocols'; ValueName = 'DefaultSecureProtocols'; ExpectedValue = '2048'
                KeyName = 'SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp' }
            @{ Name = 'SSL 2.0 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 2.0\Client' }
            @{ Name = 'SSL 2.0 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 2.0\Server' }
            @{ Name = 'SSL 3.0 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Client' }
            @{ Name = 'SSL 3.0 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Server' }
            @{ Name = 'TLS 1.0 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Client' }
            @{ Name = 'TLS 1.0 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Server' }
            @{ Name = 'TLS 1.1 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Client' }
            @{ Name = 'TLS 1.1 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Server' }
            @{ Name = 'SSL 2.0 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 2.0\Client' }
            @{ Name = 'SSL 2.0 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 2.0\Server' }
            @{ Name = 'SSL 3.0 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Client' }
            @{ Name = 'SSL 3.0 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Server' }
            @{ Name = 'TLS 1.0 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Client' }
            @{ Name = 'TLS 1.0 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Server' }
            @{ Name = 'TLS 1.1 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Client' }
            @{ Name = 'TLS 1.1 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Server' }
        )
    }
    @{
        Name = 'configmgr.tls disable: Windows 8.1 (64-bit) 0c12915f'
        Is64Bit = $true
        Platforms = 'All Windows 8.1 (64-bit)*'
        Settings = @(
            @{ Name = 'TLS 1.2 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client' }
            @{ Name = 'TLS 1.2 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server' }
            @{ Name = 'TLS 1.2 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client' }
            @{ Name = 'TLS 1.2 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server' }
            @{ Name = 'v2.0.50727 SystemDefaultTlsVersions'; ValueName = 'SystemDefaultTlsVersions'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\Microsoft\.NETFramework\v2.0.50727' }
            @{ Name = 'v2.0.50727 32-bit SystemDefaultTlsVersions'; ValueName = 'SystemDefaultTlsVersions'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\WOW6432Node\Microsoft\.NETFramework\v2.0.50727' }
            @{ Name = 'v2.0.50727 SchUseStrongCrypto'; ValueName = 'SchUseStrongCrypto'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\Microsoft\.NETFramework\v2.0.50727' }
            @{ Name = 'v2.0.50727 32-bit SchUseStrongCrypto'; ValueName = 'SchUseStrongCrypto'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\WOW6432Node\Microsoft\.NETFramework\v2.0.50727' }
            @{ Name = 'v4.0.30319 SystemDefaultTlsVersions'; ValueName = 'SystemDefaultTlsVersions'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\Microsoft\.NETFramework\v4.0.30319' }
            @{ Name = 'v4.0.30319 32-bit SystemDefaultTlsVersions'; ValueName = 'SystemDefaultTlsVersions'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\WOW6432Node\Microsoft\.NETFramework\v4.0.30319' }
            @{ Name = 'v4.0.30319 SchUseStrongCrypto'; ValueName = 'SchUseStrongCrypto'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\Microsoft\.NETFramework\v4.0.30319' }
            @{ Name = 'v4.0.30319 32-bit SchUseStrongCrypto'; ValueName = 'SchUseStrongCrypto'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\WOW6432Node\Microsoft\.NETFramework\v4.0.30319' }
            @{ Name = 'SSL 2.0 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 2.0\Client' }
            @{ Name = 'SSL 2.0 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 2.0\Server' }
            @{ Name = 'SSL 3.0 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Client' }
            @{ Name = 'SSL 3.0 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Server' }
            @{ Name = 'TLS 1.0 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Client' }
            @{ Name = 'TLS 1.0 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Server' }
            @{ Name = 'TLS 1.1 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Client' }
            @{ Name = 'TLS 1.1 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Server' }
            @{ Name = 'SSL 2.0 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 2.0\Client' }
            @{ Name = 'SSL 2.0 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 2.0\Server' }
            @{ Name = 'SSL 3.0 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Client' }
            @{ Name = 'SSL 3.0 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Server' }
            @{ Name = 'TLS 1.0 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Client' }
            @{ Name = 'TLS 1.0 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Server' }
            @{ Name = 'TLS 1.1 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Client' }
            @{ Name = 'TLS 1.1 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Server' }
        )
    }
    @{
        Name = 'configmgr.tls disable: Windows 8.1 (32-bit) 0c12915f'
        Is64Bit = $false
        Platforms = 'All Windows 8.1 (32-bit)*'
        Settings = @(
            @{ Name = 'TLS 1.2 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client' }
            @{ Name = 'TLS 1.2 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server' }
            @{ Name = 'TLS 1.2 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client' }
            @{ Name = 'TLS 1.2 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server' }
            @{ Name = 'v2.0.50727 SystemDefaultTlsVersions'; ValueName = 'SystemDefaultTlsVersions'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\Microsoft\.NETFramework\v2.0.50727' }
            @{ Name = 'v2.0.50727 SchUseStrongCrypto'; ValueName = 'SchUseStrongCrypto'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\Microsoft\.NETFramework\v2.0.50727' }
            @{ Name = 'v4.0.30319 SystemDefaultTlsVersions'; ValueName = 'SystemDefaultTlsVersions'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\Microsoft\.NETFramework\v4.0.30319' }
            @{ Name = 'v4.0.30319 SchUseStrongCrypto'; ValueName = 'SchUseStrongCrypto'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\Microsoft\.NETFramework\v4.0.30319' }
            @{ Name = 'SSL 2.0 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 2.0\Client' }
            @{ Name = 'SSL 2.0 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 2.0\Server' }
            @{ Name = 'SSL 3.0 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Client' }
            @{ Name = 'SSL 3.0 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Server' }
            @{ Name = 'TLS 1.0 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Client' }
            @{ Name = 'TLS 1.0 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Server' }
            @{ Name = 'TLS 1.1 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Client' }
            @{ Name = 'TLS 1.1 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Server' }
            @{ Name = 'SSL 2.0 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 2.0\Client' }
            @{ Name = 'SSL 2.0 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 2.0\Server' }
            @{ Name = 'SSL 3.0 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Client' }
            @{ Name = 'SSL 3.0 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Server' }
            @{ Name = 'TLS 1.0 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Client' }
            @{ Name = 'TLS 1.0 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Server' }
            @{ Name = 'TLS 1.1 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Client' }
            @{ Name = 'TLS 1.1 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Server' }
        )
    }
    @{
        Name = 'configmgr.tls disable: Windows 10 (64-bit), Windows 11 0c12915f'
        Is64Bit = $true
        Platforms = 'All Windows 10 (64-bit)*', 'All Windows 10 (ARM64)*', 'All Windows 11 (64-bit)*', 'All Windows 11 (ARM64)*'
        Settings = @(
            @{ Name = 'TLS 1.2 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client' }
            @{ Name = 'TLS 1.2 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server' }
            @{ Name = 'TLS 1.2 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client' }
            @{ Name = 'TLS 1.2 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server' }
            @{ Name = 'v2.0.50727 SystemDefaultTlsVersions'; ValueName = 'SystemDefaultTlsVersions'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\Microsoft\.NETFramework\v2.0.50727' }
            @{ Name = 'v2.0.50727 32-bit SystemDefaultTlsVersions'; ValueName = 'SystemDefaultTlsVersions'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\WOW6432Node\Microsoft\.NETFramework\v2.0.50727' }
            @{ Name = 'v2.0.50727 SchUseStrongCrypto'; ValueName = 'SchUseStrongCrypto'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\Microsoft\.NETFramework\v2.0.50727' }
            @{ Name = 'v2.0.50727 32-bit SchUseStrongCrypto'; ValueName = 'SchUseStrongCrypto'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\WOW6432Node\Microsoft\.NETFramework\v2.0.50727' }
            @{ Name = 'v4.0.30319 SystemDefaultTlsVersions'; ValueName = 'SystemDefaultTlsVersions'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\Microsoft\.NETFramework\v4.0.30319' }
            @{ Name = 'v4.0.30319 32-bit SystemDefaultTlsVersions'; ValueName = 'SystemDefaultTlsVersions'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\WOW6432Node\Microsoft\.NETFramework\v4.0.30319' }
            @{ Name = 'v4.0.30319 SchUseStrongCrypto'; ValueName = 'SchUseStrongCrypto'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\Microsoft\.NETFramework\v4.0.30319' }
            @{ Name = 'v4.0.30319 32-bit SchUseStrongCrypto'; ValueName = 'SchUseStrongCrypto'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\WOW6432Node\Microsoft\.NETFramework\v4.0.30319' }
            @{ Name = 'SSL 3.0 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Client' }
            @{ Name = 'SSL 3.0 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Server' }
            @{ Name = 'TLS 1.0 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Client' }
            @{ Name = 'TLS 1.0 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Server' }
            @{ Name = 'TLS 1.1 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Client' }
            @{ Name = 'TLS 1.1 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Server' }
            @{ Name = 'SSL 3.0 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Client' }
            @{ Name = 'SSL 3.0 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Server' }
            @{ Name = 'TLS 1.0 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Client' }
            @{ Name = 'TLS 1.0 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Server' }
            @{ Name = 'TLS 1.1 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Client' }
            @{ Name = 'TLS 1.1 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Server' }
        )
    }
    @{
        Name = 'configmgr.tls disable: Windows 10 (32-bit) 0c12915f'
        Is64Bit = $false
        Platforms = 'All Windows 10 (32-bit)*'
        Settings = @(
            @{ Name = 'TLS 1.2 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client' }
            @{ Name = 'TLS 1.2 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server' }
            @{ Name = 'TLS 1.2 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client' }
            @{ Name = 'TLS 1.2 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server' }
            @{ Name = 'v2.0.50727 SystemDefaultTlsVersions'; ValueName = 'SystemDefaultTlsVersions'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\Microsoft\.NETFramework\v2.0.50727' }
            @{ Name = 'v2.0.50727 SchUseStrongCrypto'; ValueName = 'SchUseStrongCrypto'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\Microsoft\.NETFramework\v2.0.50727' }
            @{ Name = 'v4.0.30319 SystemDefaultTlsVersions'; ValueName = 'SystemDefaultTlsVersions'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\Microsoft\.NETFramework\v4.0.30319' }
            @{ Name = 'v4.0.30319 SchUseStrongCrypto'; ValueName = 'SchUseStrongCrypto'; ExpectedValue = '1'
                KeyName = 'SOFTWARE\Microsoft\.NETFramework\v4.0.30319' }
            @{ Name = 'SSL 3.0 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Client' }
            @{ Name = 'SSL 3.0 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Server' }
            @{ Name = 'TLS 1.0 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Client' }
            @{ Name = 'TLS 1.0 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Server' }
            @{ Name = 'TLS 1.1 Client Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Client' }
            @{ Name = 'TLS 1.1 Server Enabled'; ValueName = 'Enabled'; ExpectedValue = '0'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Server' }
            @{ Name = 'SSL 3.0 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Client' }
            @{ Name = 'SSL 3.0 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Server' }
            @{ Name = 'TLS 1.0 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Client' }
            @{ Name = 'TLS 1.0 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.0\Server' }
            @{ Name = 'TLS 1.1 Client DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Client' }
            @{ Name = 'TLS 1.1 Server DisabledByDefault'; ValueName = 'DisabledByDefault'; ExpectedValue = '1'
                KeyName = 'SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.1\Server' }
        )
    }
)

# Only what is not there is made; what is there must be ours.
foreach ($part in $wanted) {
    $name = $part.Name
    $dword.Is64Bit = $part.Is64Bit
    $platforms = @(foreach ($platform in $part.Platforms) { Get-CMSupportedPlatform -Name $platform -Fast })
    if ($platforms) {
        $item = Get-CMConfigurationItem -Name $name -Fast
        if (-not $item) {
            $item = New-CMConfigurationItem -Name $name -CreationType WindowsOS -Description $unfinished
        }
        if ($item.LocalizedDescription -ne $made -and $item.LocalizedDescription -ne $unfinished) {
            throw "The configuration item $name was not made by this script, or was changed. Rename it first."
        }
        if ($item.LocalizedDescription -eq $unfinished) {
            Get-CMConfigurationItem -Name $name | Set-CMCISupportedPlatform -AddSupportedPlatform $platforms
            foreach ($setting in $part.Settings) {
                if (-not (Get-CMComplianceSetting -Name $name -SettingName $setting.Name)) {
                    $null = Get-CMConfigurationItem -Name $name |
                        Add-CMComplianceSettingRegistryKeyValue @dword @setting -RuleName "$($setting.Name) as wanted"
                }
            }
            Set-CMConfigurationItem -Name $name -Description $made
        }
        $items += (Get-CMConfigurationItem -Name $name -Fast).CI_ID
    } else {
        Write-Warning "This site has no platform for it, so that it was not made: $name"
    }
}

# The baseline: all items that were made; each is for its own kind of Windows.
if (-not $items) {
    throw 'This site has none of the platforms; nothing was made.'
}
$name = 'configmgr.tls disable 0c12915f'
$baseline = Get-CMBaseline -Name $name -Fast
if (-not $baseline) {
    $baseline = New-CMBaseline -Name $name -Description $unfinished
}
if ($baseline.LocalizedDescription -ne $made -and $baseline.LocalizedDescription -ne $unfinished) {
    throw "The baseline $name was not made by this script, or was changed. Rename it first."
}
if ($baseline.LocalizedDescription -eq $unfinished) {
    Set-CMBaseline -Name $name -AddOSConfigurationItem $items -Description $made
}

$collection = 'PS100021'

# One baseline of ours repairs a collection: the others keep their deployments, and only watch.
foreach ($other in Get-CMBaseline -Name 'configmgr.tls *' -Fast) {
    if ($other.LocalizedDisplayName -ne $name -and $other.LocalizedDescription -like 'Made by configmgr.tls, version *') {
        $theirs = Get-CMBaselineDeployment -Name $other.LocalizedDisplayName -CollectionId $collection -Fast
        if ($theirs.EnforcementEnabled) {
            Set-CMBaselineDeployment -BaselineName $other.LocalizedDisplayName -CollectionId $collection `
                -EnableEnforcement $false
        }
    }
}

# The deployment: evaluated every day, repaired, inside maintenance windows.
$deployment = Get-CMBaselineDeployment -Name $name -CollectionId $collection -Fast
if (-not $deployment) {
    $daily = New-CMSchedule -RecurInterval Days -RecurCount 1
    $null = New-CMBaselineDeployment -Name $name -CollectionId $collection -EnableEnforcement $true `
        -OverrideServiceWindow $false -GenerateAlert $false -Schedule $daily
} elseif ($deployment.EnforcementEnabled -ne $true) {
    Set-CMBaselineDeployment -BaselineName $name -CollectionId $collection -EnableEnforcement $true
}
Write-Output "configmgr.tls disable 0c12915f is there; $(@($items).Count) items."
