<?php
// A site in one page. GET: what it holds. POST: one order more, and one upload more.
require __DIR__ . '/config.php';
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
$shop = new mysqli('localhost', $user, $password, 'shop');
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    $item = $_POST['item'];
    $order = $shop->prepare('INSERT INTO orders (item) VALUES (?)');
    $order->bind_param('s', $item);
    $order->execute();
    if (file_put_contents(__DIR__ . "/uploads/$item.txt", "$item\n") === false) http_response_code(500);
}
$orders = array_column($shop->query('SELECT item FROM orders_with_numbers ORDER BY number')->fetch_all(MYSQLI_ASSOC), 'item');
$posts = $shop->query('SELECT COUNT(*) FROM blog.posts')->fetch_row()[0];
$uploads = array_map('basename', glob(__DIR__ . '/uploads/*.txt'));
header('Content-Type: application/json');
echo json_encode(['user' => posix_getpwuid(posix_geteuid())['name'], 'orders' => $orders, 'posts' => (int) $posts, 'uploads' => $uploads]);
