<?php
/**
 * Acts out a list of events on a wiki, each at its own past moment, through MediaWiki's own Action API in this process.
 *
 * Standard input holds one JSON object a line, in the order of time:
 *   {"at": "2020-01-31T12:00:00Z", "account": "Editor 1"}                      a new account, logged as MediaWiki logs it
 *   {"at": "...", "as": "Editor 1", "call": {"action": "edit", ...}}           one API call in the name of that account
 *   {"at": "...", "as": "192.0.2.7", "call": {...}}                            one API call without account
 * The token is added. Standard output holds one JSON object a line: the answer, or {"error": code}.
 * The wiki's clock stands at the event's moment while it happens; nothing is written around MediaWiki's own code.
 */
require_once getenv( 'MW_INSTALL_PATH' ) . '/maintenance/Maintenance.php';

use MediaWiki\MediaWikiServices;
use MediaWiki\Session\SessionManager;
use Wikimedia\Timestamp\ConvertibleTimestamp;

class Act extends Maintenance {
	public function execute() {
		while ( ( $line = fgets( STDIN ) ) !== false ) {
			$event = json_decode( $line, true, 64, JSON_THROW_ON_ERROR );
			ConvertibleTimestamp::setFakeTime( $event['at'] );
			$answer = isset( $event['account'] ) ? $this->register( $event['account'] ) : $this->call( $event );
			DeferredUpdates::doUpdates();
			fwrite( STDOUT, json_encode( $answer, JSON_UNESCAPED_UNICODE ) . "\n" );
		}
		ConvertibleTimestamp::setFakeTime( false );
	}

	/** As AuthManager does at the end of an account's creation by its owner, without the password form. */
	private function register( string $name ): array {
		$user = User::createNew( $name );
		if ( !$user ) {
			return [ 'error' => 'account', 'name' => $name ];
		}
		$entry = new ManualLogEntry( 'newusers', 'create' );
		$entry->setPerformer( $user );
		$entry->setTarget( $user->getUserPage() );
		$entry->setParameters( [ '4::userid' => $user->getId() ] );
		$entry->insert();
		return [ 'account' => $name, 'userid' => $user->getId() ];
	}

	private function call( array $event ): array {
		$services = MediaWikiServices::getInstance();
		$factory = $services->getUserFactory();
		$isAddress = $services->getUserNameUtils()->isIP( $event['as'] );
		$user = $isAddress ? $factory->newAnonymous( $event['as'] ) : $factory->newFromName( $event['as'] );
		$parameters = $event['call'] + [ 'errorformat' => 'none' ];
		$session = SessionManager::singleton()->getEmptySession();
		$request = new FauxRequest( $parameters, true, $session );
		$request->setIP( $isAddress ? $event['as'] : '127.0.0.1' );
		$kind = $parameters['action'] === 'userrights' ? 'userrights' : 'csrf';
		$salt = ApiQueryTokens::getTokenTypeSalts()[$kind];
		$request->setVal( 'token', $user->getEditTokenObject( $salt, $request )->toString() );
		$context = new DerivativeContext( RequestContext::getMain() );
		$context->setRequest( $request );
		$context->setUser( $user );
		RequestContext::getMain()->setUser( $user );
		StubGlobalUser::setUser( $user );
		try {
			$main = new ApiMain( $context, true );
			$main->execute();
			return $main->getResult()->getResultData( null, [ 'Strip' => 'all' ] );
		} catch ( ApiUsageException $reason ) {
			return [ 'error' => ApiMessage::create( $reason->getMessageObject() )->getApiCode(), 'call' => $event['call'] ];
		}
	}
}

$maintClass = Act::class;
require_once RUN_MAINTENANCE_IF_MAIN;
